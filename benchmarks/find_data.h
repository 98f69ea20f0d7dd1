#pragma once
#include <filesystem>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "benchmarks/benchmark.h"

namespace assay {

/// The first of `files` under a root, in the root itself or in one of its `folders` ("chartqa", "ChartQA/test"), which come after it.
/// Throws DataError that names every place; `what` says what was looked for.
[[nodiscard]] std::filesystem::path find_data(const DataPlaces& places, std::initializer_list<std::string_view> folders,
                                              std::initializer_list<std::string_view> files, std::string_view what);
[[nodiscard]] std::filesystem::path find_data(const DataPlaces& places, std::span<const std::string_view> folders,
                                              std::span<const std::string_view> files, std::string_view what);

}  // namespace assay
