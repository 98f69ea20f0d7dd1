#include "benchmarks/speed/row_meter.h"

#include <gtest/gtest.h>

#include <memory>
#include <vector>

namespace assay {
namespace {

TEST(MemoryOf, IsWhatOnePassTakesAtItsMost) {
  constexpr std::int64_t kBytes = std::int64_t{96} << 20;
  std::vector<char> held(kBytes, 1);  // was there before
  const auto bytes = memory_of([] {
    std::vector<char> taken(kBytes, 1);
    benchmark::DoNotOptimize(taken.data());
  });
  if (!bytes) GTEST_SKIP() << "/proc/self/clear_refs is not writable here";
  EXPECT_GT(*bytes, kBytes - (4 << 20));
  EXPECT_LT(*bytes, kBytes + (16 << 20));
  benchmark::DoNotOptimize(held.data());
}

/// An allocator keeps what was freed, and hands it out again without asking the system.
TEST(MemoryOf, CountsWhatTheAllocatorHadKept) {
  constexpr std::size_t kPieces = 96, kBytes = std::size_t{1} << 20;
  const auto take = [] {
    std::vector<std::vector<char>> taken;
    for (std::size_t i = 0; i < kPieces; ++i) taken.push_back(std::vector<char>(kBytes, 1));
    benchmark::DoNotOptimize(taken.data());
  };
  take();
  const auto bytes = memory_of(take);
  if (!bytes) GTEST_SKIP() << "/proc/self/clear_refs is not writable here";
  EXPECT_GT(*bytes, static_cast<std::int64_t>((kPieces - 4) * kBytes));
}

TEST(InstructionCounter, CountsOrSaysWhyNot) {
  InstructionCounter counter;
  EXPECT_FALSE(counter.read());
  EXPECT_EQ(counter.problem(), "not opened");
  counter.open();
  const auto before = counter.read();
  EXPECT_EQ(before.has_value(), counter.problem().empty()) << counter.problem();
  if (!before) return;
  for (int i = 0; i < 1'000'000; ++i) benchmark::DoNotOptimize(i);
  EXPECT_GE(*counter.read() - *before, 1'000'000);
}

}  // namespace
}  // namespace assay
