#include "benchmarks/speed/caches.h"

#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <thread>
#include <vector>

namespace assay {
namespace {

constexpr std::size_t kLine = 64;  // bytes
constexpr std::size_t kLeast = std::size_t{64} << 20;
constexpr std::size_t kTimesTheLargest = 4;  // a cache may keep lines that were used often over those that were used last

std::size_t block_bytes() {
  std::size_t largest = 0;
  for (const auto& cache : benchmark::CPUInfo::Get().caches) largest = std::max(largest, static_cast<std::size_t>(cache.size));
  return std::max(kLeast, kTimesTheLargest * largest);
}

void read_through(const std::vector<std::uint8_t>& block) {
  unsigned sum = 0;
  for (std::size_t i = 0; i < block.size(); i += kLine) sum += block[i];
  benchmark::DoNotOptimize(sum);
}

}  // namespace

void evict_caches() {
  static const std::vector<std::uint8_t> block(block_bytes(), 1);
  std::vector<std::thread> readers;  // a core's own caches are emptied by that core alone
  for (unsigned i = 1; i < std::thread::hardware_concurrency(); ++i) readers.emplace_back([] { read_through(block); });
  read_through(block);
  for (auto& reader : readers) reader.join();
}

}  // namespace assay
