#include "datasets/parquet_rows.h"

#include <arrow/api.h>
#include <arrow/io/file.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <parquet/arrow/reader.h>
#include <parquet/file_reader.h>
#include <parquet/metadata.h>

#include <algorithm>
#include <array>
#include <deque>
#include <mutex>
#include <new>
#include <set>
#include <utility>

#include "datasets/arrow_json.h"
#include "datasets/file_slice.h"
#include "harness/base/digest.h"
#include "harness/base/error.h"

namespace assay {
namespace {

constexpr std::size_t kKeptGroups = 4;
constexpr std::int64_t kMostRows = 1'000'000'000;  // of a file
constexpr std::string_view kBytes = "bytes";  // of a picture's struct

/// Parquet throws its own exceptions and the standard library's, Arrow hands out states: all become ours.
template <typename F>
auto translated(const std::filesystem::path& path, F&& f) {
  try {
    return f();
  } catch (const Error&) {
    throw;
  } catch (const std::bad_alloc&) {
    throw;
  } catch (const std::exception& error) {
    throw DataError(fmt::format("{}: {}", path.string(), error.what()));
  }
}
template <typename T>
T value_of(arrow::Result<T> result, const std::filesystem::path& path) {
  if (!result.ok()) throw DataError(fmt::format("{}: {}", path.string(), result.status().ToString()));
  return std::move(result).ValueUnsafe();
}

bool is_picture(const arrow::DataType& type) {
  if (type.id() == arrow::Type::LIST || type.id() == arrow::Type::LARGE_LIST) return is_picture(*type.field(0)->type());
  if (type.id() != arrow::Type::STRUCT) return false;
  const auto bytes = static_cast<const arrow::StructType&>(type).GetFieldByName(std::string(kBytes));
  return bytes != nullptr && (bytes->type()->id() == arrow::Type::BINARY || bytes->type()->id() == arrow::Type::LARGE_BINARY);
}

/// One file: its reader, and where its rows and columns lie.
struct Shard {
  std::filesystem::path path;
  std::unique_ptr<parquet::arrow::FileReader> reader;
  std::vector<std::string> columns;
  std::set<std::string, std::less<>> picture_columns;
  std::vector<int> read_leaves;             ///< all but pictures' bytes
  std::vector<std::int64_t> first_of_group;  ///< the first row of each row group
  std::int64_t rows = 0;
};

Shard open_shard(const std::filesystem::path& path) {
  return translated(path, [&] {
    Shard shard;
    shard.path = path;
    const auto file = value_of(arrow::io::ReadableFile::Open(path.string()), path);
    shard.reader = value_of(parquet::arrow::OpenFile(file, arrow::default_memory_pool()), path);
    std::shared_ptr<arrow::Schema> schema;
    if (const auto status = shard.reader->GetSchema(&schema); !status.ok()) throw DataError(fmt::format("{}: {}", path.string(), status.ToString()));
    for (const auto& field : schema->fields()) {
      shard.columns.push_back(field->name());
      if (is_picture(*field->type())) shard.picture_columns.insert(field->name());
    }
    const auto metadata = shard.reader->parquet_reader()->metadata();
    for (int leaf = 0; leaf < metadata->schema()->num_columns(); ++leaf) {
      const auto place = metadata->schema()->Column(leaf)->path()->ToDotVector();
      if (!shard.picture_columns.contains(place.front()) || place.back() != kBytes) shard.read_leaves.push_back(leaf);
    }
    for (int group = 0; group < metadata->num_row_groups(); ++group) {
      shard.first_of_group.push_back(shard.rows);
      const auto rows = metadata->RowGroup(group)->num_rows();
      if (rows < 0 || rows > kMostRows - shard.rows) throw DataError(fmt::format("{}: row group {} cannot have {} rows", path.string(), group, rows));
      shard.rows += rows;
    }
    return shard;
  });
}

void add_bytes(Digest& digest, const SliceReader& file, std::uint64_t offset, std::uint64_t length) {
  constexpr std::uint64_t kBlock = 1 << 20;
  for (const auto end = offset + length; offset < end; offset += std::min(kBlock, end - offset)) digest.add(file.read(offset, std::min(kBlock, end - offset)));
}

/// The footer, which says where everything lies, and the columns that are read.
void add_to_digest(Digest& digest, const Shard& shard) {
  constexpr std::uint64_t kTail = 8;  // the footer's length and "PAR1"
  const SliceReader file(shard.path);
  const auto metadata = shard.reader->parquet_reader()->metadata();
  const std::uint64_t footer = std::min<std::uint64_t>(file.size(), metadata->size() + kTail);
  add_bytes(digest, file, file.size() - footer, footer);
  for (int group = 0; group < metadata->num_row_groups(); ++group) {
    const auto row_group = metadata->RowGroup(group);
    for (const int leaf : shard.read_leaves) {
      const auto chunk = row_group->ColumnChunk(leaf);
      const auto begin = chunk->has_dictionary_page() && chunk->dictionary_page_offset() > 0 ? std::min(chunk->dictionary_page_offset(), chunk->data_page_offset())
                                                                                           : chunk->data_page_offset();
      if (begin < 0 || chunk->total_compressed_size() < 0) throw DataError(fmt::format("{}: a column chunk lies outside the file", shard.path.string()));
      add_bytes(digest, file, static_cast<std::uint64_t>(begin), static_cast<std::uint64_t>(chunk->total_compressed_size()));
    }
  }
}

}  // namespace

struct ParquetRows::State {
  struct Group {
    std::size_t shard;
    int group;
    std::shared_ptr<arrow::Table> table;
  };
  struct Place {
    std::size_t shard;
    int group;
    std::int64_t row;          ///< in the row group
    std::int64_t row_in_file;
  };

  std::vector<Shard> shards;
  std::vector<std::filesystem::path> paths;
  std::size_t size = 0;
  std::string digest;
  std::mutex mutex;
  std::deque<Group> kept;  ///< the newest last

  [[nodiscard]] Place place_of(std::size_t i) const {
    auto row = static_cast<std::int64_t>(i);
    std::size_t shard = 0;
    while (row >= shards.at(shard).rows) row -= shards[shard++].rows;
    const auto& firsts = shards[shard].first_of_group;
    const auto behind = std::upper_bound(firsts.begin(), firsts.end(), row);
    const auto group = static_cast<int>(behind - firsts.begin()) - 1;
    return {shard, group, row - firsts[static_cast<std::size_t>(group)], row};
  }

  std::shared_ptr<arrow::Table> table_of(const Place& place) {
    const std::lock_guard lock(mutex);
    for (const auto& group : kept) {
      if (group.shard == place.shard && group.group == place.group) return group.table;
    }
    Shard& shard = shards[place.shard];
    auto table = translated(shard.path, [&] {
      const auto read = value_of(shard.reader->ReadRowGroup(place.group, shard.read_leaves), shard.path);
      auto combined = value_of(read->CombineChunks(), shard.path);
      const auto status = combined->ValidateFull();  // a broken file may say that a text ends before it begins
      if (!status.ok()) throw DataError(fmt::format("{}: {}", shard.path.string(), status.ToString()));
      const auto stated = shard.reader->parquet_reader()->metadata()->RowGroup(place.group)->num_rows();
      if (combined->num_rows() != stated) {
        throw DataError(fmt::format("{}: row group {} has {} rows, and the footer says {}", shard.path.string(), place.group, combined->num_rows(), stated));
      }
      return combined;
    });
    if (kept.size() == kKeptGroups) kept.pop_front();
    kept.push_back({place.shard, place.group, table});
    return table;
  }
};

bool reads_parquet() { return true; }

ParquetRows::ParquetRows(std::vector<std::filesystem::path> shards) : state_(std::make_unique<State>()) {
  Digest digest;
  for (const auto& path : shards) {
    auto shard = open_shard(path);
    if (!state_->shards.empty() && shard.columns != state_->shards.front().columns) {
      throw DataError(fmt::format("{}: expected the columns of {} ({}), got {}", path.string(), shards.front().filename().string(),
                                  fmt::join(state_->shards.front().columns, ", "), fmt::join(shard.columns, ", ")));
    }
    translated(path, [&] { add_to_digest(digest, shard); });
    state_->size += static_cast<std::size_t>(shard.rows);
    state_->shards.push_back(std::move(shard));
  }
  if (state_->size == 0) throw DataError(fmt::format("{}: no rows in it", shards.empty() ? "parquet" : shards.front().string()));
  state_->paths = std::move(shards);
  state_->digest = digest.hex();
}
ParquetRows::~ParquetRows() = default;
ParquetRows::ParquetRows(ParquetRows&&) noexcept = default;
ParquetRows& ParquetRows::operator=(ParquetRows&&) noexcept = default;

std::size_t ParquetRows::size() const { return state_->size; }
const std::vector<std::string>& ParquetRows::columns() const { return state_->shards.front().columns; }
const std::vector<std::filesystem::path>& ParquetRows::shards() const { return state_->paths; }
const std::string& ParquetRows::digest() const { return state_->digest; }

std::string ParquetRows::where(std::size_t i) const {
  const auto place = state_->place_of(i);
  return fmt::format("{}: row {}", state_->paths[place.shard].string(), place.row_in_file);
}

json::Document ParquetRows::get(std::size_t i) const {
  const auto place = state_->place_of(i);
  const auto table = state_->table_of(place);
  json::Document row;
  row.SetObject();
  auto& allocator = row.GetAllocator();
  for (int column = 0; column < table->num_columns(); ++column) {
    const auto& array = *table->column(column)->chunk(0);
    row.AddMember(json::string_value(table->schema()->field(column)->name(), allocator), arrow_value(array, place.row, allocator), allocator);
  }
  return row;
}

std::vector<ImageRef> ParquetRows::pictures(const json::Value& row, std::size_t i, std::string_view column) const {
  const auto place = state_->place_of(i);
  const Shard& shard = state_->shards[place.shard];
  if (!shard.picture_columns.contains(column)) {
    throw DataError(fmt::format("{}: expected a column \"{}\" of pictures, struct {{bytes, path}}; found: {}", shard.path.string(), column, fmt::join(shard.columns, ", ")));
  }
  const json::Value* cell = json::find(row, column);
  if (cell != nullptr && cell->IsNull()) return {};
  const std::size_t count = cell != nullptr && cell->IsArray() ? cell->Size() : 1;
  std::vector<ImageRef> images;
  for (std::size_t k = 0; k < count; ++k) {
    if (cell != nullptr && cell->IsArray() && (*cell)[static_cast<rapidjson::SizeType>(k)].IsNull()) continue;
    const std::string which = count > 1 ? fmt::format("{}[{}]", column, k) : std::string(column);
    images.push_back({shard.path, static_cast<std::uint64_t>(place.row_in_file), k, ImageRef::Encoding::kParquet, fmt::format("{}: {}", where(i), which), {}, std::string(column)});
  }
  return images;
}

}  // namespace assay
