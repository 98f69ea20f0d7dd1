#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "datasets/file_slice.h"
#include "harness/base/json.h"

namespace assay {

/// The objects of a JSON file, found in one pass and parsed when asked for: memory holds a few numbers a row. Rows are, by what the file is,
///   - the elements of a list: [{...}, {...}]
///   - the elements of the list under one of `keys`: {"questions": [{...}, {...}]}
///   - the members of one object, each with its key: {"v1_0": {...}, "v1_1": {...}}
///   - objects one after the other, with commas between them or not: always so in a file called .jsonl
class JsonRows {
 public:
  /// Throws DataError for a file that cannot be read, is empty, ends inside a value, or has no rows
  explicit JsonRows(std::filesystem::path path, std::vector<std::string> keys = {});

  [[nodiscard]] const std::filesystem::path& path() const noexcept { return file_.path(); }
  [[nodiscard]] std::size_t size() const noexcept { return rows_.size(); }
  [[nodiscard]] const std::string& digest() const noexcept { return digest_; }
  /// The row. Throws DataError with its place for what is not JSON, not UTF-8, or no object where `must_be_object`.
  [[nodiscard]] json::Document get(std::size_t i, bool must_be_object = true) const;
  /// The key of a member, as written between its quotes; empty for other rows.
  [[nodiscard]] std::string key(std::size_t i) const;
  /// "file:line", the line where the row begins.
  [[nodiscard]] std::string where(std::size_t i) const;

 private:
  friend class JsonRowScan;
  struct Span {
    std::uint64_t offset = 0;
    std::uint64_t length = 0;
  };
  struct Row {
    Span value;
    Span key;
    std::uint64_t line = 0;
  };

  SliceReader file_;
  std::vector<Row> rows_;
  std::string digest_;
};

}  // namespace assay
