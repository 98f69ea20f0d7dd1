#include "benchmarks/speed/peaks.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <benchmark/benchmark.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <vector>

#include "benchmarks/speed/row_meter.h"
#include "harness/base/read_rate.h"
#include "metrics/median_ratio.h"

namespace assay {
namespace {

constexpr std::int64_t kArray = std::int64_t{1} << 26;  // floats: 256 MiB, several times any cache
constexpr int kPasses = 7;

/// Of several passes after one that is not counted.
double median_seconds(const std::function<void()>& pass) {
  pass();
  std::vector<double> seconds;
  for (int i = 0; i < kPasses; ++i) seconds.push_back(seconds_of(pass));
  return median_of(seconds);
}

}  // namespace

double triad_rate() {
  auto a = at::zeros({kArray});
  const auto b = at::ones({kArray}), c = at::ones({kArray});
  float* sums = a.data_ptr<float>();
  const float *left = b.data_ptr<float>(), *right = c.data_ptr<float>();
  const auto seconds = median_seconds([&] {
    at::parallel_for(0, kArray, 1, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t i = begin; i < end; ++i) sums[i] = left[i] + 3.0F * right[i];
    });
    benchmark::ClobberMemory();
  });
  return 3.0 * static_cast<double>(kArray) * sizeof(float) / seconds;
}

double product_rate(at::ScalarType dtype) {
  double best = 0;
  for (const auto& [rows, in, out] : {std::array<std::int64_t, 3>{4096, 1024, 1024}, {4096, 2048, 512}, {2048, 1024, 4096}}) {
    const auto a = at::randn({rows, in}, dtype), b = at::randn({out, in}, dtype);
    const auto seconds = median_seconds([&] { benchmark::DoNotOptimize(at::linear(a, b)); });
    best = std::max(best, 2.0 * static_cast<double>(rows * in * out) / seconds);
  }
  return best;
}

const Peaks& peaks_of(at::ScalarType dtype) {
  static const double bytes = read_rate(at::get_num_threads());
  static std::map<at::ScalarType, Peaks> measured;
  auto& peaks = measured[dtype];
  if (peaks.flops == 0) {
    const c10::InferenceMode inference;
    peaks = {product_rate(dtype), bytes};
  }
  return peaks;
}

}  // namespace assay
