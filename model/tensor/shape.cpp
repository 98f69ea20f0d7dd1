#include "model/tensor/shape.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <vector>

#include "harness/base/error.h"

namespace assay {

void check_shape(const at::Tensor& x, std::initializer_list<std::int64_t> shape, std::string_view what) {
  const auto sizes = x.sizes();
  const bool fits = sizes.size() == shape.size() && std::equal(sizes.begin(), sizes.end(), shape.begin(), [](auto got, auto expected) {
                      return expected == kAny || got == expected;
                    });
  if (fits) return;
  throw ModelError(fmt::format("{}: expected [{}], got [{}]", what, fmt::join(shape, ", "),
                               fmt::join(std::vector<std::int64_t>(sizes.begin(), sizes.end()), ", ")));
}

}  // namespace assay
