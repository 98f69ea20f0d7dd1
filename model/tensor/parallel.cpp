#include "model/tensor/parallel.h"

#include <ATen/Parallel.h>

#include "model/tensor/work_pool.h"

namespace assay {

void for_ranges(std::int64_t count, const std::function<void(std::int64_t begin, std::int64_t end)>& work) {
  WorkPool::shared().run(count, thread_count(), work);
}

int thread_count() { return at::get_num_threads(); }

}  // namespace assay
