#pragma once
#include <cstddef>
#include <filesystem>
#include <span>

namespace assay {

/// A file's bytes in memory without a copy: mapped read-only, read from disk as they are touched. A file that another program cuts
/// short meanwhile ends the process when the lost part is touched (SIGBUS); one that is replaced by rename, as downloads are, does
/// not.
class MappedFile {
 public:
  /// Throws ModelError with the path and the system's reason.
  explicit MappedFile(std::filesystem::path path);
  ~MappedFile();
  MappedFile(MappedFile&& other) noexcept;
  MappedFile& operator=(MappedFile&& other) noexcept;

  [[nodiscard]] std::span<const std::byte> bytes() const noexcept { return bytes_; }
  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }

  /// Tells the system that all of it will be read soon, so that the disk works ahead.
  void prefetch() const noexcept;

 private:
  std::filesystem::path path_;
  std::span<const std::byte> bytes_;
};

}  // namespace assay
