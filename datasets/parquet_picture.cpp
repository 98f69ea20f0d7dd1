#include <fmt/format.h>
#include <parquet/column_reader.h>
#include <parquet/file_reader.h>
#include <parquet/metadata.h>
#include <parquet/properties.h>

#include <deque>
#include <mutex>
#include <new>
#include <optional>
#include <utility>

#include "datasets/file_slice.h"
#include "datasets/parquet_rows.h"
#include "harness/base/error.h"

namespace assay {
namespace {

constexpr std::size_t kKeptCursors = 4;

/// Walks down one leaf column of a file, level by level. A page is in memory at a time, not the column; a writer may put all of a row group's
/// pictures into its dictionary page, and then it is these.
class Cursor {
 public:
  /// `leaf` is "bytes" or "path" of the picture column.
  Cursor(const ImageRef& image, std::string leaf) : path_(image.path), column_(image.column), leaf_(std::move(leaf)) {
    auto properties = parquet::default_reader_properties();
    properties.enable_buffered_stream();
    file_ = parquet::ParquetFileReader::OpenFile(path_.string(), false, properties);
    const auto* schema = file_->metadata()->schema();
    for (int i = 0; i < schema->num_columns(); ++i) {
      const auto place = schema->Column(i)->path()->ToDotVector();
      if (place.front() == column_ && place.back() == leaf_) index_ = i;
    }
    if (index_ < 0) throw DataError(fmt::format("no \"{}\" in the column \"{}\"", leaf_, column_));
    if (schema->Column(index_)->physical_type() != parquet::Type::BYTE_ARRAY) throw DataError(fmt::format("\"{}\" of \"{}\" holds no bytes", leaf_, column_));
  }

  [[nodiscard]] bool walks(const ImageRef& image, std::string_view leaf) const { return path_ == image.path && column_ == image.column && leaf_ == leaf; }
  /// Whether the place lies in front of it still, or is where it stands, in its row group.
  [[nodiscard]] bool can_reach(std::int64_t row, std::int64_t element) const {
    return reader_ != nullptr && row < end_row_ && (row > row_ || (row == row_ && element >= element_));
  }

  /// The value there; nothing where it is null, or the row has fewer elements.
  std::optional<std::string> read(std::int64_t row, std::int64_t element) {
    if (!can_reach(row, element)) open_group_of(row);
    while ((row_ < row || (row_ == row && element_ < element)) && advance()) {}
    if (row_ != row || element_ != element || !value_) return std::nullopt;
    return std::string(reinterpret_cast<const char*>(value_->ptr), value_->len);
  }

 private:
  void open_group_of(std::int64_t row) {
    std::int64_t first = 0;
    int group = 0;
    for (const auto count = file_->metadata()->num_row_groups(); group < count; ++group) {
      const auto rows = file_->metadata()->RowGroup(group)->num_rows();
      if (row < first + rows) break;
      first += rows;
    }
    if (group == file_->metadata()->num_row_groups()) throw DataError(fmt::format("no row {}", row));
    value_.reset();
    reader_ = std::static_pointer_cast<parquet::ByteArrayReader>(file_->RowGroup(group)->Column(index_));
    row_ = first - 1;
    end_row_ = first + file_->metadata()->RowGroup(group)->num_rows();
    element_ = 0;
  }

  bool advance() {
    value_.reset();
    if (!reader_->HasNext()) return false;
    std::int16_t defined = reader_->descr()->max_definition_level(), repeated = 0;
    parquet::ByteArray value;
    std::int64_t values_read = 0;
    if (reader_->ReadBatch(1, &defined, &repeated, &value, &values_read) == 0) return false;
    if (repeated == 0) ++row_, element_ = 0;
    else ++element_;
    if (values_read == 1) value_ = value;
    return true;
  }

  std::filesystem::path path_;
  std::string column_, leaf_;
  std::unique_ptr<parquet::ParquetFileReader> file_;
  int index_ = -1;
  std::shared_ptr<parquet::ByteArrayReader> reader_;
  std::int64_t row_ = -1, end_row_ = 0, element_ = 0;  ///< the place that was read last
  std::optional<parquet::ByteArray> value_;
};

/// Cursors that stand where the last pictures were: samples come in file order nearly, and going on is cheaper than starting a group again.
class CursorPool {
 public:
  std::unique_ptr<Cursor> take(const ImageRef& image, std::string_view leaf, std::int64_t row, std::int64_t element) {
    {
      const std::lock_guard lock(mutex_);
      for (auto cursor = idle_.begin(); cursor != idle_.end(); ++cursor) {
        if (!(*cursor)->walks(image, leaf) || !(*cursor)->can_reach(row, element)) continue;
        auto taken = std::move(*cursor);
        idle_.erase(cursor);
        return taken;
      }
    }
    return std::make_unique<Cursor>(image, std::string(leaf));
  }
  void give_back(std::unique_ptr<Cursor> cursor) {
    const std::lock_guard lock(mutex_);
    if (idle_.size() == kKeptCursors) idle_.pop_front();
    idle_.push_back(std::move(cursor));
  }

 private:
  std::mutex mutex_;
  std::deque<std::unique_ptr<Cursor>> idle_;
};

CursorPool& cursors() {
  static CursorPool pool;
  return pool;
}

std::optional<std::string> read_leaf(const ImageRef& image, std::string_view leaf) {
  const auto row = static_cast<std::int64_t>(image.offset), element = static_cast<std::int64_t>(image.length);
  auto cursor = cursors().take(image, leaf, row, element);
  auto value = cursor->read(row, element);
  cursors().give_back(std::move(cursor));
  return value;
}

}  // namespace

std::string read_parquet_picture(const ImageRef& image) {
  try {
    if (auto bytes = read_leaf(image, "bytes")) return *std::move(bytes);
    const auto path = read_leaf(image, "path");
    if (!path || path->empty()) throw DataError("the row has neither a picture nor the name of one");
    const SliceReader file(image.path.parent_path() / *path);
    return file.read(0, file.size());
  } catch (const Error&) {
    throw;
  } catch (const std::bad_alloc&) {
    throw;
  } catch (const std::exception& error) {
    throw DataError(error.what());
  }
}

}  // namespace assay
