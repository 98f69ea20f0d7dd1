#include "model/tensor/parallel.h"

#include <ATen/Parallel.h>

// Compiled with OpenMP: at::parallel_for is inline, and without it would run everything on the calling thread.
#ifndef _OPENMP
#error "compile this file with OpenMP"
#endif

namespace assay {

void for_ranges(std::int64_t count, const std::function<void(std::int64_t begin, std::int64_t end)>& work) {
  at::parallel_for(0, count, 1, work);
}

int thread_count() { return at::get_num_threads(); }

}  // namespace assay
