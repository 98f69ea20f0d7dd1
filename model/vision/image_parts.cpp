#include "model/vision/image_parts.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cstdint>
#include <vector>

#include "model/tensor/parallel.h"

namespace assay {

at::Tensor by_parts(const at::Tensor& images, const std::function<at::Tensor(const at::Tensor& some)>& forward) {
  constexpr std::int64_t kMostAlone = 8;  // each has what lies between its layers
  const std::int64_t count = images.size(0), threads = thread_count(), part = std::max<std::int64_t>(1, threads / kMostAlone);
  if (count <= part) return forward(images);
  const auto alone = threads <= kMostAlone ? count / threads * threads : 0;
  std::vector<at::Tensor> results(static_cast<std::size_t>(alone));
  for_each_alone(alone, [&](std::int64_t i) { results[static_cast<std::size_t>(i)] = forward(images.narrow(0, i, 1)); });
  for (auto begin = alone; begin < count; begin += part) results.push_back(forward(images.narrow(0, begin, std::min(part, count - begin))));
  return at::cat(results);
}

}  // namespace assay
