#pragma once
#include <memory>
#include <span>
#include <string_view>

#include "benchmarks/benchmark.h"

namespace assay {

struct BenchmarkEntry {
  std::string_view name;     ///< "chartqa_test"
  std::string_view summary;  ///< "questions on charts, relaxed accuracy"
  std::string_view paper;    ///< "arXiv:2203.10244"
  std::unique_ptr<Benchmark> (*make)();
};

/// Every benchmark built in, sorted by name.
[[nodiscard]] std::span<const BenchmarkEntry> benchmark_catalog();

/// Throws ConfigError with the nearest names when there is none of that name.
[[nodiscard]] const BenchmarkEntry& find_benchmark(std::string_view name);

/// find_benchmark(name), made.
[[nodiscard]] std::unique_ptr<Benchmark> make_benchmark(std::string_view name);

}  // namespace assay
