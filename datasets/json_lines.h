#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "datasets/file_slice.h"
#include "harness/base/json.h"

namespace assay {

/// A file of one JSON object a line. Lines are found once, in blocks, and parsed when asked for; blank lines do not count.
class JsonLines {
 public:
  /// Throws DataError when the file cannot be read.
  explicit JsonLines(std::filesystem::path path);

  [[nodiscard]] const std::filesystem::path& path() const noexcept { return file_.path(); }
  [[nodiscard]] std::size_t size() const noexcept { return lines_.size(); }
  /// Throws DataError "file:line: ..." for a line that is not a JSON object.
  [[nodiscard]] json::Document get(std::size_t i) const;
  /// "file:line"
  [[nodiscard]] std::string where(std::size_t i) const;
  [[nodiscard]] const std::string& digest() const noexcept { return digest_; }

 private:
  struct Line {
    std::uint64_t offset;
    std::uint64_t length;
    std::uint64_t number;  ///< from 1
  };
  void add_line(std::uint64_t start, std::uint64_t end, std::uint64_t number, bool is_blank);

  SliceReader file_;
  std::vector<Line> lines_;
  std::string digest_;
};

}  // namespace assay
