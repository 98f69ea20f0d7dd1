#pragma once
#include <filesystem>
#include <initializer_list>
#include <optional>
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

/// A split on the Hugging Face hub: the data set's name without its owner, and its parquet files, with a star for what varies.
struct HubSplit {
  std::string_view name;   ///< "ChartQA"
  std::string_view files;  ///< "data/test-*.parquet"
  std::string_view also = {};  ///< where the set may have them instead; empty: nowhere
};

/// A parquet file of the split: in a folder with the data set's name, or in the hub's cache.
[[nodiscard]] std::optional<std::filesystem::path> try_find_hub(const DataPlaces& places, const HubSplit& hub);

/// The same, and where there are none of `files`, a parquet file of the split: in a folder with the data set's name, or in the hub's cache.
[[nodiscard]] std::filesystem::path find_data(const DataPlaces& places, std::span<const std::string_view> folders,
                                              std::span<const std::string_view> files, std::string_view what, const HubSplit& hub);
[[nodiscard]] std::filesystem::path find_data(const DataPlaces& places, std::initializer_list<std::string_view> folders,
                                              std::initializer_list<std::string_view> files, std::string_view what, const HubSplit& hub);

}  // namespace assay
