#pragma once
#include <filesystem>
#include <memory>
#include <vector>

#include "datasets/row_layout.h"
#include "datasets/sample.h"

namespace assay {

/// A split of a data set on the Hugging Face hub, in parquet. `first_shard` is any of its files: "test-00000-of-00003.parquet" stands for all three.
///
/// Throws   DataError for shards or columns that are missing, and what ParquetRows throws
[[nodiscard]] std::unique_ptr<SampleSource> open_hub_parquet(const std::filesystem::path& first_shard, const RowLayout& layout);

/// All shards of a split, in order. Throws DataError that names the missing ones.
[[nodiscard]] std::vector<std::filesystem::path> hub_shards(const std::filesystem::path& shard);

}  // namespace assay
