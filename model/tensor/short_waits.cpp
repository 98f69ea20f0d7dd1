#include "model/tensor/short_waits.h"

#include <algorithm>
#include <atomic>

#ifndef _OPENMP
#error "compile this file with OpenMP"
#endif

namespace assay {

ShortWaits::ShortWaits(int cores) : holder_([this, cores] { hold_team(cores); }) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return is_ready_; });
}

ShortWaits::~ShortWaits() {
  {
    const std::lock_guard lock(mutex_);
    is_ending_ = true;
  }
  changed_.notify_all();
  holder_.join();
}

void ShortWaits::hold_team(int cores) {
  std::atomic<int> members{0};
#pragma omp parallel num_threads(std::max(2, cores))
  members.fetch_add(1);  // a region without work could be left out by the compiler
  std::unique_lock lock(mutex_);
  is_ready_ = true;
  changed_.notify_all();
  changed_.wait(lock, [this] { return is_ending_; });
}

}  // namespace assay
