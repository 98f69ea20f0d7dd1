#pragma once
#include <filesystem>
#include <string>
#include <string_view>

namespace assay {

/// A run's folder, held by one process: a second one that wants it is told who has it. The hold ends with the process, however it ends.
class RunFolder {
 public:
  /// Creates the folder where there is none. Throws ConfigError when another process holds it or the path cannot be a folder.
  explicit RunFolder(std::filesystem::path path);
  ~RunFolder();
  RunFolder(const RunFolder&) = delete;
  RunFolder& operator=(const RunFolder&) = delete;

  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }

 private:
  std::filesystem::path path_;
  int lock_ = -1;
};

/// Makes the folder that `option` ("--out") names, and those above it. Throws ConfigError with the option and the reason when it cannot be.
void make_folder(std::string_view option, const std::filesystem::path& path);

/// Throws what make_folder would, without making anything: a run is told before it has loaded a model.
void check_folder(std::string_view option, const std::filesystem::path& path);

[[nodiscard]] std::filesystem::path manifest_path(const std::filesystem::path& run);
[[nodiscard]] std::filesystem::path results_path(const std::filesystem::path& run);
[[nodiscard]] std::filesystem::path report_path(const std::filesystem::path& run);
[[nodiscard]] std::filesystem::path timing_path(const std::filesystem::path& run);
/// The --samples file that the run was started with.
[[nodiscard]] std::filesystem::path sample_list_path(const std::filesystem::path& run);
[[nodiscard]] std::filesystem::path samples_path(const std::filesystem::path& run);
/// Where the k-th repeat of a run lies, k from 2 on.
[[nodiscard]] std::filesystem::path repeat_path(const std::filesystem::path& run, int k);
[[nodiscard]] std::filesystem::path submissions_path(const std::filesystem::path& run);

}  // namespace assay
