#include <fmt/format.h>

#include "datasets/parquet_rows.h"
#include "harness/base/error.h"

namespace assay {
namespace {

DataError no_parquet(const std::filesystem::path& path) {
  return DataError(fmt::format("{}: this build reads no parquet; configure with -DASSAY_WITH_PARQUET=ON, or give the data in another layout", path.string()));
}

}  // namespace

struct ParquetRows::State {};

bool reads_parquet() { return false; }

ParquetRows::ParquetRows(std::vector<std::filesystem::path> shards) { throw no_parquet(shards.empty() ? "parquet" : shards.front()); }
ParquetRows::~ParquetRows() = default;
ParquetRows::ParquetRows(ParquetRows&&) noexcept = default;
ParquetRows& ParquetRows::operator=(ParquetRows&&) noexcept = default;

std::size_t ParquetRows::size() const { return 0; }
const std::vector<std::string>& ParquetRows::columns() const { throw no_parquet("parquet"); }
const std::vector<std::filesystem::path>& ParquetRows::shards() const { throw no_parquet("parquet"); }
const std::string& ParquetRows::digest() const { throw no_parquet("parquet"); }
json::Document ParquetRows::get(std::size_t) const { throw no_parquet("parquet"); }
std::vector<ImageRef> ParquetRows::pictures(const json::Value&, std::size_t, std::string_view) const { throw no_parquet("parquet"); }
std::string ParquetRows::where(std::size_t) const { throw no_parquet("parquet"); }

std::string read_parquet_picture(const ImageRef& image) { throw no_parquet(image.path); }

}  // namespace assay
