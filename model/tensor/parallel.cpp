#include "model/tensor/parallel.h"

#include <ATen/Parallel.h>
#include <ATen/ThreadLocalState.h>

#include "model/tensor/one_thread.h"
#include "model/tensor/short_waits.h"
#include "model/tensor/work_pool.h"

namespace assay {

void for_ranges(std::int64_t count, const std::function<void(std::int64_t begin, std::int64_t end)>& work) {
  // LibTorch's own threads, which spin after each of its parallel operations, would keep the pool's from running.
  keep_waits_short();
  WorkPool::shared().run(count, thread_count(), work);
}

void for_each_alone(std::int64_t count, const std::function<void(std::int64_t i)>& work) {
  const at::ThreadLocalState callers;
  for_ranges(count, [&](std::int64_t begin, std::int64_t end) {
    const at::ThreadLocalStateGuard settings(callers);
    const OneThread alone;
    for (auto i = begin; i < end; ++i) work(i);
  });
}

void for_rows(std::int64_t rows, std::int64_t width, const std::function<void(std::int64_t begin, std::int64_t end)>& work) {
  constexpr std::int64_t kWorthSharing = 32'768;  // values
  if (rows * width < kWorthSharing) work(0, rows);
  else for_ranges(rows, work);
}

int thread_count() { return at::get_num_threads(); }

}  // namespace assay
