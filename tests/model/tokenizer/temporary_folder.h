#pragma once
#include <unistd.h>

#include <filesystem>
#include <string>
#include <string_view>

#include "harness/base/file.h"

namespace assay::testing {

/// A folder that goes away with its object.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "assay-tokenizer-XXXXXX").string();
    path_ = ::mkdtemp(pattern.data());
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  void write(std::string_view name, std::string_view content) const { write_file_atomically(path_ / name, content); }
  void link(const std::filesystem::path& file) const { std::filesystem::create_symlink(file, path_ / file.filename()); }

 private:
  std::filesystem::path path_;
};

/// Our own tiny tokenizers, trained on a few lines of our own text.
inline std::filesystem::path tiny_data() { return std::filesystem::path(ASSAY_SOURCE_DIR) / "tests/model/tokenizer/data"; }

}  // namespace assay::testing
