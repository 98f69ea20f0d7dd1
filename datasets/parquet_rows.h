#pragma once
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "datasets/sample.h"
#include "harness/base/json.h"

namespace assay {

/// Whether this build reads parquet (-DASSAY_WITH_PARQUET=ON). Without it everything below throws a DataError that says so.
[[nodiscard]] bool reads_parquet();

/// The rows of a data set in parquet files, as the Hugging Face hub keeps them. Texts are read a row group at a time, and the last few groups are
/// kept; pictures, a struct {bytes, path} or a list of them, stay in the file until read_image_bytes. All const members from any thread.
class ParquetRows {
 public:
  /// The shards in their order. Throws DataError for a file that is no parquet, or shards whose columns differ.
  explicit ParquetRows(std::vector<std::filesystem::path> shards);
  ~ParquetRows();
  ParquetRows(ParquetRows&&) noexcept;
  ParquetRows& operator=(ParquetRows&&) noexcept;

  [[nodiscard]] std::size_t size() const;
  [[nodiscard]] const std::vector<std::string>& columns() const;
  [[nodiscard]] const std::vector<std::filesystem::path>& shards() const;
  /// Of the footers and of all columns but the pictures' bytes.
  [[nodiscard]] const std::string& digest() const;

  /// The row as an object: texts, numbers, booleans, lists, objects; dates and the like as Arrow prints them. Of a picture its path, or null where
  /// the row has none.
  [[nodiscard]] json::Document get(std::size_t i) const;
  /// The pictures in a column of the row: one, none, or those of a list. `row` is what get(i) gave.
  [[nodiscard]] std::vector<ImageRef> pictures(const json::Value& row, std::size_t i, std::string_view column) const;
  /// "file: row 7", counted from 0 in its file.
  [[nodiscard]] std::string where(std::size_t i) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// The bytes of a picture whose encoding is kParquet; of a row that only names a file, that file's. Throws DataError.
[[nodiscard]] std::string read_parquet_picture(const ImageRef& image);

}  // namespace assay
