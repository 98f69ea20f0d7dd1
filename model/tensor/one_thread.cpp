#include "model/tensor/one_thread.h"

#include <ATen/Parallel.h>
#include <omp.h>

#ifndef _OPENMP
#error "compile this file with OpenMP"
#endif

namespace assay {

// OpenMP keeps this number for each thread; at::set_num_threads() would set more than that. LibTorch sets it itself when a thread asks for it first, which is
// therefore done before.
OneThread::OneThread() : before_(at::get_num_threads()) { omp_set_num_threads(1); }
OneThread::~OneThread() { omp_set_num_threads(before_); }

}  // namespace assay
