#include "datasets/file_slice.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "harness/base/error.h"

namespace assay {
namespace {

DataError cannot(const char* verb, const std::filesystem::path& path) {
  return DataError(fmt::format("{}: cannot {}: {}", path.string(), verb, std::strerror(errno)));
}

}  // namespace

SliceReader::SliceReader(std::filesystem::path path) : path_(std::move(path)), fd_(::open(path_.c_str(), O_RDONLY | O_CLOEXEC)) {
  if (fd_ < 0) throw cannot("open", path_);
  struct stat info {};
  const bool is_known = ::fstat(fd_, &info) == 0;
  if (is_known && S_ISREG(info.st_mode)) {
    size_ = static_cast<std::uint64_t>(info.st_size);
    return;
  }
  const auto error = is_known ? DataError(fmt::format("{}: expected a file, got {}", path_.string(),
                                                      S_ISDIR(info.st_mode) ? "a folder" : "something that is no plain file"))
                              : cannot("read", path_);
  ::close(fd_);  // the destructor does not run for what a constructor threw
  throw error;
}

SliceReader::~SliceReader() {
  if (fd_ >= 0) ::close(fd_);
}

SliceReader::SliceReader(SliceReader&& other) noexcept
    : path_(std::move(other.path_)), fd_(std::exchange(other.fd_, -1)), size_(other.size_) {}

std::size_t SliceReader::read_into(char* to, std::uint64_t offset, std::size_t length) const {
  std::size_t filled = 0;
  while (filled < length) {
    const auto got = ::pread(fd_, to + filled, length - filled, static_cast<off_t>(offset + filled));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw cannot("read", path_);
    if (got == 0) break;
    filled += static_cast<std::size_t>(got);
  }
  return filled;
}

std::string SliceReader::read(std::uint64_t offset, std::uint64_t length) const {
  if (offset > size_ || length > size_ - offset) {
    throw DataError(fmt::format("{}: expected {} bytes from {}, the file has {}", path_.string(), length, offset, size_));
  }
  std::string bytes(length, '\0');
  if (read_into(bytes.data(), offset, bytes.size()) != bytes.size()) {
    throw DataError(fmt::format("{}: the file became shorter while it was read", path_.string()));
  }
  return bytes;
}

}  // namespace assay
