#pragma once
#include <filesystem>
#include <memory>
#include <string_view>

#include "benchmarks/benchmark.h"

namespace assay {

/// Whether the name of a benchmark is that of a file to read it from: it ends in .yaml or .yml.
[[nodiscard]] bool is_yaml_benchmark(std::string_view name);

/// The benchmark that the file defines; docs/adding-a-benchmark.md has an example. Throws ConfigError that lists everything that is wrong with it,
/// each with file, line and column, and for a name that a built-in benchmark has.
[[nodiscard]] std::unique_ptr<Benchmark> make_yaml_benchmark(const std::filesystem::path& path);

}  // namespace assay
