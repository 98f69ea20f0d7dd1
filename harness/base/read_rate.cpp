#include "harness/base/read_rate.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <thread>
#include <vector>

namespace assay {
namespace {

constexpr std::size_t kLanes = 32;  // of 64 bits: four cache lines, which the compiler makes vectors of
constexpr std::size_t kNumbers = std::size_t{1} << 25;  // 256 MiB
constexpr std::size_t kPasses = 7;

std::uint64_t sum_of(const std::uint64_t* numbers, std::size_t count) {
  std::array<std::uint64_t, kLanes> lanes{};
  for (std::size_t i = 0; i + kLanes <= count; i += kLanes)
    for (std::size_t k = 0; k < kLanes; ++k) lanes[k] += numbers[i + k];
  std::uint64_t sum = 0;
  for (const auto lane : lanes) sum += lane;
  return sum;
}

void read_all(const std::vector<std::uint64_t>& numbers, std::size_t threads) {
  std::vector<std::thread> readers;
  const std::size_t share = numbers.size() / threads;
  for (std::size_t i = 0; i < threads; ++i)
    readers.emplace_back([part = numbers.data() + i * share, share] {
      const volatile std::uint64_t sum = sum_of(part, share);
      (void)sum;
    });
  for (auto& reader : readers) reader.join();
}

}  // namespace

double read_rate(int threads) {
  const std::vector<std::uint64_t> numbers(kNumbers, 1);
  const auto count = static_cast<std::size_t>(std::max(1, threads));
  std::array<double, kPasses> seconds{};
  read_all(numbers, count);
  for (auto& pass : seconds) {
    const auto begin = std::chrono::steady_clock::now();
    read_all(numbers, count);
    pass = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  }
  std::nth_element(seconds.begin(), seconds.begin() + kPasses / 2, seconds.end());
  return static_cast<double>(kNumbers * sizeof(std::uint64_t)) / std::max(seconds[kPasses / 2], 1e-6);
}

}  // namespace assay
