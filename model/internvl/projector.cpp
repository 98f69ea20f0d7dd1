#include "model/internvl/projector.h"

#include <ATen/ATen.h>
#include <fmt/format.h>

#include <cmath>
#include <utility>

#include "model/tensor/shape.h"

namespace assay {
namespace {

constexpr double kNormEps = 1e-5;  // torch.nn.LayerNorm's default: mlp1 names none

struct Names {
  const char *norm, *linear1, *linear2;
};
constexpr Names kOriginalNames = {"0", "1", "3"};  // places in a torch.nn.Sequential
constexpr Names kNativeNames = {"layer_norm", "linear_1", "linear_2"};

}  // namespace

at::Tensor pixel_shuffle(const at::Tensor& x, std::int64_t merge, bool swaps_back) {
  const auto B = x.size(0), D = x.size(2), side = static_cast<std::int64_t>(std::llround(std::sqrt(static_cast<double>(x.size(1))))), half = side / merge;
  check_shape(x, {kAny, side * side, kAny}, "pixel_shuffle: x");
  const auto blocks = x.reshape({B, half, merge, half, merge, D});          // [B, row, m, col, m, D]
  const auto order = swaps_back ? blocks.permute({0, 1, 3, 2, 4, 5})        // [B, row, col, m, m, D]
                                : blocks.permute({0, 3, 1, 2, 4, 5});       // [B, col, row, m, m, D]
  return order.reshape({B, half * half, merge * merge * D});                // copies
}

Projector::Projector(const InternVlConfig& config, Weights& weights, const std::string& prefix) {
  const auto& n = config.naming == VitNaming::kOriginal ? kOriginalNames : kNativeNames;
  const auto in = config.vision.hidden_size * config.merge * config.merge, out = config.language.hidden_size;
  norm_ = {Norm::Kind::kLayer, weights.take(prefix + n.norm + ".weight", {in}), weights.take(prefix + n.norm + ".bias", {in}), kNormEps};
  const auto linear = [&](const char* name, std::int64_t inputs) {
    auto weight = weights.take(fmt::format("{}{}.weight", prefix, name), {out, inputs});
    return Linear(std::move(weight), weights.take(fmt::format("{}{}.bias", prefix, name), {out}));
  };
  linear1_ = linear(n.linear1, in);
  linear2_ = linear(n.linear2, out);
}

at::Tensor Projector::operator()(const at::Tensor& x) const {
  return linear2_(linear1_.gelu(norm_(x)));
}

}  // namespace assay
