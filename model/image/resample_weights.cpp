#include "model/image/resample_weights.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <numbers>

namespace assay::resample {
namespace {

// The kernels, evaluated in double exactly as Resample.c writes them: another order of operations may round a weight differently.

double box(double x) { return x > -0.5 && x <= 0.5 ? 1.0 : 0.0; }

double bilinear(double x) {
  x = std::fabs(x);
  return x < 1.0 ? 1.0 - x : 0.0;
}

double hamming(double x) {
  x = std::fabs(x);
  if (x == 0.0) return 1.0;
  if (x >= 1.0) return 0.0;
  x *= std::numbers::pi;
  return std::sin(x) / x * (static_cast<double>(0.54F) + static_cast<double>(0.46F) * std::cos(x));
}

double bicubic(double x) {
  constexpr double a = -0.5;
  x = std::fabs(x);
  if (x < 1.0) return ((a + 2.0) * x - (a + 3.0)) * x * x + 1;
  if (x < 2.0) return (((x - 5) * x + 8) * x - 4) * a;
  return 0.0;
}

double sinc(double x) {
  if (x == 0.0) return 1.0;
  x *= std::numbers::pi;
  return std::sin(x) / x;
}

double lanczos(double x) { return -3.0 <= x && x < 3.0 ? sinc(x) * sinc(x / 3) : 0.0; }

struct Kernel {
  double (*at)(double);
  double support;
};

Kernel kernel_of(Filter filter) {
  switch (filter) {
    case Filter::kBox:
      return {box, 0.5};
    case Filter::kBilinear:
      return {bilinear, 1.0};
    case Filter::kHamming:
      return {hamming, 1.0};
    case Filter::kLanczos:
      return {lanczos, 3.0};
    default:
      return {bicubic, 2.0};
  }
}

std::int32_t to_fixed(double weight) {
  constexpr double kOne = 1 << kPrecisionBits;
  return static_cast<std::int32_t>(weight < 0 ? -0.5 + weight * kOne : 0.5 + weight * kOne);
}

Weights identity(int size) {
  Weights weights;
  weights.stride = 1;
  for (int i = 0; i < size; ++i) weights.first.push_back(i);
  weights.length.assign(static_cast<std::size_t>(size), 1);
  weights.values.assign(static_cast<std::size_t>(size), 1 << kPrecisionBits);
  return weights;
}

}  // namespace

Weights make_weights(int in_size, int out_size, Filter filter) {
  assert(in_size >= 1 && out_size >= 1 && filter != Filter::kNearest);
  if (in_size == out_size) return identity(in_size);
  const Kernel kernel = kernel_of(filter);
  const double scale = static_cast<double>(in_size) / out_size;
  const double stretch = std::max(scale, 1.0), inverse = 1.0 / stretch;
  const double support = kernel.support * stretch;
  Weights weights;
  weights.stride = static_cast<int>(std::ceil(support)) * 2 + 1;
  weights.values.assign(static_cast<std::size_t>(weights.stride) * out_size, 0);
  std::vector<double> row(static_cast<std::size_t>(weights.stride));
  for (int out = 0; out < out_size; ++out) {
    const double centre = (out + 0.5) * scale;
    const int first = std::max(static_cast<int>(centre - support + 0.5), 0);
    const int length = std::min(static_cast<int>(centre + support + 0.5), in_size) - first;
    double sum = 0.0;
    for (int i = 0; i < length; ++i) sum += row[i] = kernel.at((i + first - centre + 0.5) * inverse);
    for (int i = 0; i < length; ++i) {
      weights.values[static_cast<std::size_t>(weights.stride) * out + i] = to_fixed(sum != 0.0 ? row[i] / sum : row[i]);
    }
    weights.first.push_back(first);
    weights.length.push_back(length);
  }
  return weights;
}

}  // namespace assay::resample
