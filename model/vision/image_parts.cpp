#include "model/vision/image_parts.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cstdint>
#include <vector>

#include "model/tensor/parallel.h"

namespace assay {

at::Tensor by_parts(const at::Tensor& pixels, const std::function<at::Tensor(const at::Tensor& some)>& forward) {
  const std::int64_t count = pixels.size(0), part = std::max(1, thread_count() / 8);
  if (count <= part) return forward(pixels);
  std::vector<at::Tensor> results;
  for (std::int64_t begin = 0; begin < count; begin += part) results.push_back(forward(pixels.narrow(0, begin, std::min(part, count - begin))));
  return at::cat(results);
}

}  // namespace assay
