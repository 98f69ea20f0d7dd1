#include "benchmarks/speed/peaks.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <benchmark/benchmark.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <vector>

#include "metrics/median_ratio.h"

namespace assay {
namespace {

constexpr std::int64_t kArray = std::int64_t{1} << 26;  // floats: 256 MiB, several times any cache
constexpr int kPasses = 7;

/// Of several passes after one that is not counted.
double median_seconds(const std::function<void()>& pass) {
  pass();
  std::vector<double> seconds;
  for (int i = 0; i < kPasses; ++i) {
    const auto begin = std::chrono::steady_clock::now();
    pass();
    seconds.push_back(std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count());
  }
  return median_of(seconds);
}

/// Sums in sixteen lanes, which the compiler makes vectors of.
float sum_of(const float* values, std::int64_t count) {
  float lanes[64] = {};
  for (std::int64_t i = 0; i < count; i += 64)
    for (std::int64_t k = 0; k < 64; ++k) lanes[k] += values[i + k];
  float sum = 0;
  for (const float lane : lanes) sum += lane;
  return sum;
}

}  // namespace

double read_rate() {
  const auto array = at::ones({kArray});
  const float* values = array.data_ptr<float>();
  const auto seconds = median_seconds([&] {
    at::parallel_for(0, kArray / 64, 1, [&](std::int64_t begin, std::int64_t end) { benchmark::DoNotOptimize(sum_of(values + begin * 64, (end - begin) * 64)); });
  });
  return static_cast<double>(kArray) * sizeof(float) / seconds;
}

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
  static std::map<at::ScalarType, Peaks> measured;
  auto& peaks = measured[dtype];
  if (peaks.flops == 0) {
    const c10::InferenceMode inference;
    peaks = {product_rate(dtype), read_rate()};
  }
  return peaks;
}

}  // namespace assay
