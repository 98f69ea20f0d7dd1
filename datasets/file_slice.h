#pragma once
#include <cstdint>
#include <filesystem>
#include <string>

namespace assay {

/// A file held open for reading pieces of it from any thread.
class SliceReader {
 public:
  /// Throws DataError with the path and the system's reason; a folder is an error.
  explicit SliceReader(std::filesystem::path path);
  ~SliceReader();
  SliceReader(SliceReader&& other) noexcept;
  SliceReader& operator=(SliceReader&&) = delete;

  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }
  [[nodiscard]] std::uint64_t size() const noexcept { return size_; }

  /// Exactly `length` bytes from `offset`. Throws DataError when the file ends before.
  [[nodiscard]] std::string read(std::uint64_t offset, std::uint64_t length) const;
  /// At most `length` bytes into `to`; how many there were. Throws DataError for what the system cannot read.
  [[nodiscard]] std::size_t read_into(char* to, std::uint64_t offset, std::size_t length) const;

 private:
  std::filesystem::path path_;
  int fd_ = -1;
  std::uint64_t size_ = 0;
};

}  // namespace assay
