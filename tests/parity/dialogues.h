#pragma once
#include <span>

#include "benchmarks/catalog.h"

namespace assay::testing {

/// The benchmarks built in, and `dialogues`: XComposer's sample conversations (multiturn-xcomposer/data), of which the first three turns are asked, each
/// with the written answers to those before.
[[nodiscard]] std::span<const BenchmarkEntry> catalog_with_dialogues();

}  // namespace assay::testing
