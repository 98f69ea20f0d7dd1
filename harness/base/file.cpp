#include "harness/base/file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "harness/base/error.h"

namespace assay {
namespace {

DataError cannot(const char* verb, const std::filesystem::path& path) {
  return DataError(fmt::format("{}: cannot {}: {}", path.string(), verb, std::strerror(errno)));
}

/// A place where nobody can write is the caller's choice; a disk that is full or broken is not.
[[noreturn]] void throw_cannot_write(const std::filesystem::path& path) {
  const int reason = errno;
  const std::string text = fmt::format("{}: cannot write: {}", path.string(), std::strerror(reason));
  if (reason == ENOSPC || reason == EDQUOT) throw ModelError(text + "; make room and start the same command again");
  if (reason == EIO) throw ModelError(text);
  throw ConfigError(text + "; name another place");
}

/// A file descriptor that closes itself.
class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  [[nodiscard]] int get() const noexcept { return fd_; }

 private:
  int fd_;
};

void write_and_flush(const std::filesystem::path& beside, const std::filesystem::path& path, std::string_view content) {
  const Descriptor file(::open(beside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
  if (file.get() < 0) throw_cannot_write(path);
  for (std::size_t done = 0; done < content.size();) {
    const auto wrote = ::write(file.get(), content.data() + done, content.size() - done);
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote < 0) throw_cannot_write(path);
    done += static_cast<std::size_t>(wrote);
  }
  if (::fsync(file.get()) != 0) throw_cannot_write(path);
}

/// The new name lies in the folder, which is flushed by itself. Not every file system can; the file is whole either way.
void flush_folder(const std::filesystem::path& folder) {
  const int descriptor = ::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return;
  (void)::fsync(descriptor);
  ::close(descriptor);
}

}  // namespace

std::string read_file(const std::filesystem::path& path) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.get() < 0) throw cannot("open", path);
  struct stat info {};
  if (::fstat(file.get(), &info) != 0) throw cannot("read", path);
  if (S_ISDIR(info.st_mode)) throw DataError(fmt::format("{}: expected a file, got a folder", path.string()));
  std::string content;
  content.resize(static_cast<std::size_t>(info.st_size));
  std::size_t filled = 0;
  for (;;) {
    if (filled == content.size()) content.resize(content.size() + 4096);  // pipes, /proc, and files that grow
    const auto got = ::read(file.get(), content.data() + filled, content.size() - filled);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw cannot("read", path);
    if (got == 0) break;
    filled += static_cast<std::size_t>(got);
  }
  content.resize(filled);
  return content;
}

void write_file_atomically(const std::filesystem::path& path, std::string_view content) {
  auto beside = path;
  beside += fmt::format(".{}.part", ::getpid());
  try {
    write_and_flush(beside, path, content);
    if (::rename(beside.c_str(), path.c_str()) != 0) throw_cannot_write(path);
    flush_folder(path.parent_path());
  } catch (...) {
    ::unlink(beside.c_str());
    throw;
  }
}

}  // namespace assay
