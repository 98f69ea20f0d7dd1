#include "model/checkpoint/mapped_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "harness/base/error.h"

namespace assay {
namespace {

ModelError cannot(const char* verb, const std::filesystem::path& path) {
  return ModelError(fmt::format("{}: cannot {}: {}", path.string(), verb, std::strerror(errno)));
}

std::span<const std::byte> map_bytes(int fd, const std::filesystem::path& path) {
  struct stat info {};
  if (::fstat(fd, &info) != 0) throw cannot("read", path);
  if (!S_ISREG(info.st_mode)) throw ModelError(fmt::format("{}: expected a file of weights, got something else", path.string()));
  const auto size = static_cast<std::size_t>(info.st_size);
  if (size == 0) return {};  // mmap refuses it
  void* const at = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, fd, 0);
  if (at == MAP_FAILED) throw cannot("map", path);
  return {static_cast<const std::byte*>(at), size};
}

void* address_of(std::span<const std::byte> bytes) { return const_cast<std::byte*>(bytes.data()); }

}  // namespace

MappedFile::MappedFile(std::filesystem::path path) : path_(std::move(path)) {
  const int fd = ::open(path_.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);  // a pipe in its place must not hang
  if (fd < 0) throw cannot("open", path_);
  try {
    bytes_ = map_bytes(fd, path_);
  } catch (...) {
    ::close(fd);
    throw;
  }
  ::close(fd);  // the mapping stays
}

MappedFile::~MappedFile() {
  if (!bytes_.empty()) ::munmap(address_of(bytes_), bytes_.size());
}

MappedFile::MappedFile(MappedFile&& other) noexcept
    : path_(std::move(other.path_)), bytes_(std::exchange(other.bytes_, std::span<const std::byte>())) {}

MappedFile& MappedFile::operator=(MappedFile&& other) noexcept {
  std::swap(path_, other.path_);
  std::swap(bytes_, other.bytes_);
  return *this;
}

void MappedFile::prefetch() const noexcept {
  if (!bytes_.empty()) ::madvise(address_of(bytes_), bytes_.size(), MADV_WILLNEED);  // advice: a refusal changes nothing
}

}  // namespace assay
