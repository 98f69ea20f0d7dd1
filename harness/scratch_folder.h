#pragma once
#include <filesystem>
#include <string>

namespace assay {

/// An empty folder among the system's temporary ones that goes away, with what is in it, when this does.
class ScratchFolder {
 public:
  /// Throws ModelError where none can be made.
  ScratchFolder();
  ~ScratchFolder();
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace assay
