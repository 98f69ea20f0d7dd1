#include "model/tensor/parallel.h"

#include <ATen/Parallel.h>

#include <algorithm>
#include <thread>

#include "model/tensor/short_waits.h"
#include "model/tensor/work_pool.h"

namespace assay {

void for_ranges(std::int64_t count, const std::function<void(std::int64_t begin, std::int64_t end)>& work) {
  // LibTorch's own threads, which spin after each of its parallel operations, would keep the pool's from running.
  static const auto* const short_waits = new ShortWaits(static_cast<int>(std::max(1U, std::thread::hardware_concurrency())));  // for as long as the process
  (void)short_waits;
  WorkPool::shared().run(count, thread_count(), work);
}

int thread_count() { return at::get_num_threads(); }

}  // namespace assay
