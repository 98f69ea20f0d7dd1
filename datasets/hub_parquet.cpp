#include "datasets/hub_parquet.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include "datasets/parquet_rows.h"
#include "harness/base/error.h"

namespace assay {
namespace {

class HubRows final : public LayoutRows {
 public:
  HubRows(std::vector<std::filesystem::path> shards, const RowLayout& layout) : rows_(std::move(shards)) {
    std::vector<std::string> missing;
    for (const auto& column : named_columns(layout)) {
      if (std::ranges::find(rows_.columns(), column) == rows_.columns().end()) missing.push_back(column);
    }
    if (missing.empty()) return;
    throw DataError(fmt::format("{}: no column {}; found: {}", rows_.shards().front().string(), fmt::join(missing, ", "), fmt::join(rows_.columns(), ", ")));
  }
  [[nodiscard]] std::size_t size() const override { return rows_.size(); }
  [[nodiscard]] json::Document get(std::size_t i) const override { return rows_.get(i); }
  [[nodiscard]] std::string where(std::size_t i) const override { return rows_.where(i); }
  [[nodiscard]] std::string digest() const override { return rows_.digest(); }
  [[nodiscard]] std::vector<std::filesystem::path> paths() const override { return rows_.shards(); }
  [[nodiscard]] std::vector<ImageRef> pictures(const json::Value& row, std::size_t i, const std::string& column) const override {
    return rows_.pictures(row, i, column);
  }

 private:
  ParquetRows rows_;
};

}  // namespace

std::vector<std::filesystem::path> hub_shards(const std::filesystem::path& shard) {
  const std::string stem = shard.stem().string();
  const auto of = stem.rfind("-of-");
  const auto dash = of == std::string::npos ? of : stem.rfind('-', of - 1);
  std::size_t count = 0;
  if (dash != std::string::npos) std::from_chars(stem.data() + of + 4, stem.data() + stem.size(), count);
  constexpr std::size_t kMostShards = 100'000;
  if (count == 0 || count > kMostShards) return {shard};
  std::vector<std::filesystem::path> shards;
  std::vector<std::string> missing;
  for (std::size_t i = 0; i < count; ++i) {
    shards.push_back(shard.parent_path() / fmt::format("{}-{:0{}}{}{}", stem.substr(0, dash), i, of - dash - 1, stem.substr(of), shard.extension().string()));
    if (!std::filesystem::exists(shards.back())) missing.push_back(shards.back().filename().string());
  }
  if (missing.empty()) return shards;
  const std::size_t shown = std::min<std::size_t>(missing.size(), 10);
  throw DataError(fmt::format("{}: {} of {} shards are missing: {}{}", shard.parent_path().string(), missing.size(), count,
                              fmt::join(missing.begin(), missing.begin() + static_cast<std::ptrdiff_t>(shown), ", "), shown < missing.size() ? ", ..." : ""));
}

std::unique_ptr<SampleSource> open_hub_parquet(const std::filesystem::path& first_shard, const RowLayout& layout) {
  return open_rows(std::make_unique<HubRows>(hub_shards(first_shard), layout), layout);
}

}  // namespace assay
