#include "harness/run_folder.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <string_view>
#include <system_error>

#include "harness/base/error.h"
#include "harness/hardware.h"

namespace assay {
namespace {

std::string text_in(int descriptor) {
  std::array<char, 256> buffer{};
  const auto got = ::pread(descriptor, buffer.data(), buffer.size(), 0);
  return got > 0 ? std::string(buffer.data(), static_cast<std::size_t>(got)) : std::string("another process");
}

ConfigError no_folder(std::string_view option, const std::filesystem::path& path, std::string_view reason) {
  return ConfigError(fmt::format("{}: cannot make the folder \"{}\": {}; name another one", option, path.string(), reason));
}

int lock_or_throw(const std::filesystem::path& run) {
  const auto path = run / "lock";
  const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (descriptor < 0) throw ConfigError(fmt::format("{}: cannot write in this folder: {}", run.string(), std::strerror(errno)));
  if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
    const int error = errno;
    const std::string holder = text_in(descriptor);
    ::close(descriptor);
    if (error != EWOULDBLOCK) throw ConfigError(fmt::format("{}: cannot lock: {}", path.string(), std::strerror(error)));
    throw ConfigError(
        fmt::format("{}: a run is going on here ({}); wait for it, stop it, or choose another folder with --out", run.string(), holder));
  }
  const std::string holder = fmt::format("process {} on {}", ::getpid(), host_name());
  if (::ftruncate(descriptor, 0) != 0 || ::pwrite(descriptor, holder.data(), holder.size(), 0) < 0) {
    // The lock holds all the same; only the message to the next one lacks a name.
  }
  return descriptor;
}

}  // namespace

RunFolder::RunFolder(std::filesystem::path path) : path_(std::move(path)) {
  make_folder("--out", path_);
  lock_ = lock_or_throw(path_);
}

RunFolder::~RunFolder() {
  if (lock_ >= 0) ::close(lock_);
}

void make_folder(std::string_view option, const std::filesystem::path& path) {
  check_folder(option, path);
  std::error_code error;
  std::filesystem::create_directories(path, error);
  if (error) throw no_folder(option, path, error.message());
}

void check_folder(std::string_view option, const std::filesystem::path& path) {
  std::error_code ignored;
  std::filesystem::path there = std::filesystem::absolute(path);
  while (there.has_relative_path() && !std::filesystem::exists(there, ignored)) there = there.parent_path();
  if (!std::filesystem::is_directory(there, ignored)) throw no_folder(option, path, fmt::format("\"{}\" is a file", there.string()));
  if (::access(there.c_str(), W_OK | X_OK) != 0)
    throw no_folder(option, path, fmt::format("no writing in \"{}\": {}", there.string(), std::strerror(errno)));
}

std::filesystem::path manifest_path(const std::filesystem::path& run) { return run / "manifest.json"; }
std::filesystem::path sample_list_path(const std::filesystem::path& run) { return run / "samples.txt"; }
std::filesystem::path results_path(const std::filesystem::path& run) { return run / "results.json"; }
std::filesystem::path report_path(const std::filesystem::path& run) { return run / "report.md"; }
std::filesystem::path timing_path(const std::filesystem::path& run) { return run / "timing.json"; }
std::filesystem::path samples_path(const std::filesystem::path& run) { return run / "samples.json.gz"; }
std::filesystem::path repeat_path(const std::filesystem::path& run, int k) { return run / fmt::format("repeat-{}", k); }
std::filesystem::path submissions_path(const std::filesystem::path& run) { return run / "submissions"; }

}  // namespace assay
