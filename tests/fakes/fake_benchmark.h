#pragma once
#include <memory>
#include <span>
#include <string>

#include "benchmarks/catalog.h"

namespace assay::testing {

/// What is special about one of the fakes.
struct FakeData {
  std::string name = "fake";
  std::size_t size = 300;
  bool repeats_an_id = false;       ///< the last sample has the first one's id
  bool has_a_broken_row = false;    ///< row 5 throws DataError
  bool has_a_scorer_bug = false;    ///< the reply to sample 3 cannot be scored
  std::size_t turns = 1;            ///< over 1: dialogues, whose k-th turn (from 1) shows a further picture and says "Say w<i>-<k>."
};

/// In-memory samples "s0", "s1", ...: three on each picture, question "Say w<i>.", right answer "w<i>". A dialogue is right where all of its replies are.
[[nodiscard]] std::unique_ptr<Benchmark> make_fake(const FakeData& data);

/// fake (300 samples), fake_broken, fake_dialogues (40 of 3 turns), fake_empty, fake_large (20,000), fake_scorer, fake_small (7), fake_twice.
[[nodiscard]] std::span<const BenchmarkEntry> fake_catalog();

}  // namespace assay::testing
