#include "model/checkpoint/zip_directory.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <optional>

#include "harness/base/error.h"

namespace assay {
namespace {

using Bytes = std::span<const std::byte>;

constexpr std::uint32_t kLocalHeader = 0x04034b50, kCentralHeader = 0x02014b50, kEnd = 0x06054b50, kEnd64 = 0x06064b50,
                        kEnd64Locator = 0x07064b50;
constexpr std::size_t kLocalBytes = 30, kCentralBytes = 46, kEndBytes = 22, kEnd64Bytes = 56, kLocatorBytes = 20;
constexpr std::size_t kLongestComment = 0xFFFF;
constexpr std::uint16_t kZip64Extra = 0x0001, kEncrypted = 0x0001, kStored = 0;
constexpr std::uint32_t kSeeExtra = 0xFFFFFFFF;  ///< "the value is in the zip64 extra field"

/// A number at `at`; the caller has checked that it lies inside.
template <typename T>
T number_at(Bytes bytes, std::size_t at) {
  T value;
  std::memcpy(&value, bytes.data() + at, sizeof value);
  return value;
}

struct Directory {
  std::uint64_t begin, bytes, entries;
};

struct Entry {
  std::string name;
  std::uint64_t size, stored_size, local_header;
  std::uint16_t flags, method;
};

std::optional<std::size_t> find_end_record(Bytes archive) {
  if (archive.size() < kEndBytes) return {};
  const auto last = archive.size() - kEndBytes;
  const auto first = last - std::min(last, kLongestComment);
  for (auto at = last + 1; at-- > first;) {
    if (number_at<std::uint32_t>(archive, at) == kEnd &&
        at + kEndBytes + number_at<std::uint16_t>(archive, at + 20) <= archive.size())
      return at;
  }
  return {};
}

/// The 64-bit end record, whose place a locator right before the end record tells.
std::optional<Directory> find_directory64(Bytes archive, std::size_t end) {
  if (end < kLocatorBytes || number_at<std::uint32_t>(archive, end - kLocatorBytes) != kEnd64Locator) return {};
  const auto at = number_at<std::uint64_t>(archive, end - kLocatorBytes + 8);
  if (end < kLocatorBytes + kEnd64Bytes || at > end - kLocatorBytes - kEnd64Bytes) return {};
  if (number_at<std::uint32_t>(archive, at) != kEnd64) return {};
  return Directory{number_at<std::uint64_t>(archive, at + 48), number_at<std::uint64_t>(archive, at + 40),
                   number_at<std::uint64_t>(archive, at + 32)};
}

Directory find_directory(Bytes archive, std::string_view where) {
  const auto end = find_end_record(archive);
  if (!end) throw ModelError(fmt::format("{}: a zip archive without its end; is the download complete?", where));
  const Directory small{number_at<std::uint32_t>(archive, *end + 16), number_at<std::uint32_t>(archive, *end + 12),
                        number_at<std::uint16_t>(archive, *end + 10)};
  const auto directory = find_directory64(archive, *end).value_or(small);
  if (directory.begin > *end || directory.bytes > *end - directory.begin) {
    throw ModelError(fmt::format("{}: the zip directory claims bytes {} and {} on, the file ends at {}", where, directory.begin,
                                 directory.bytes, archive.size()));
  }
  return directory;
}

/// Fills in the sizes and the place that did not fit in 32 bits, in the order of APPNOTE 4.5.3.
bool read_zip64_extra(Bytes extra, Entry& entry) {
  while (extra.size() >= 4) {
    const auto id = number_at<std::uint16_t>(extra, 0), size = number_at<std::uint16_t>(extra, 2);
    if (size > extra.size() - 4) return false;
    auto field = extra.subspan(4, size);
    extra = extra.subspan(4 + std::size_t{size});
    if (id != kZip64Extra) continue;
    for (auto* value : {&entry.size, &entry.stored_size, &entry.local_header}) {
      if (*value != kSeeExtra) continue;
      if (field.size() < 8) return false;
      *value = number_at<std::uint64_t>(field, 0);
      field = field.subspan(8);
    }
    return true;
  }
  return true;
}

/// Reads the entry at the front of `directory` and moves past it; nothing when it is broken.
std::optional<Entry> next_entry(Bytes& directory) {
  if (directory.size() < kCentralBytes || number_at<std::uint32_t>(directory, 0) != kCentralHeader) return {};
  const std::size_t name = number_at<std::uint16_t>(directory, 28), extra = number_at<std::uint16_t>(directory, 30),
                    comment = number_at<std::uint16_t>(directory, 32);
  if (directory.size() - kCentralBytes < name + extra + comment) return {};
  Entry entry{.name = {reinterpret_cast<const char*>(directory.data()) + kCentralBytes, name},
              .size = number_at<std::uint32_t>(directory, 24),
              .stored_size = number_at<std::uint32_t>(directory, 20),
              .local_header = number_at<std::uint32_t>(directory, 42),
              .flags = number_at<std::uint16_t>(directory, 8),
              .method = number_at<std::uint16_t>(directory, 10)};
  const bool is_whole = read_zip64_extra(directory.subspan(kCentralBytes + name, extra), entry);
  directory = directory.subspan(kCentralBytes + name + extra + comment);
  return is_whole ? std::optional(std::move(entry)) : std::nullopt;
}

Bytes content_of(Bytes archive, const Entry& entry, std::string_view where) {
  const auto broken = [&](std::string_view what) {
    return ModelError(fmt::format("{}: zip entry {:?}: {}", where, entry.name, what));
  };
  if ((entry.flags & kEncrypted) != 0) throw broken("encrypted");
  if (entry.method != kStored) throw broken("compressed; unpack the archive and save it again with torch.save");
  if (entry.size != entry.stored_size) throw broken(fmt::format("claims {} bytes and {} stored", entry.size, entry.stored_size));
  const bool has_header = archive.size() >= kLocalBytes && entry.local_header <= archive.size() - kLocalBytes &&
                          number_at<std::uint32_t>(archive, entry.local_header) == kLocalHeader;
  if (!has_header) throw broken("no header where the directory points");
  const auto begin = entry.local_header + kLocalBytes + number_at<std::uint16_t>(archive, entry.local_header + 26) +
                     number_at<std::uint16_t>(archive, entry.local_header + 28);
  if (begin > archive.size() || entry.size > archive.size() - begin)
    throw broken("reaches beyond the file; is the download complete?");
  return archive.subspan(begin, entry.size);
}

}  // namespace

ZipEntries read_zip_directory(Bytes archive, std::string_view where) {
  const auto directory = find_directory(archive, where);
  auto left = archive.subspan(directory.begin, directory.bytes);
  ZipEntries entries;
  for (std::uint64_t i = 0; i < directory.entries; ++i) {
    const auto entry = next_entry(left);
    if (!entry)
      throw ModelError(fmt::format("{}: the zip directory breaks off at entry {} of {}", where, i + 1, directory.entries));
    if (!entries.emplace(entry->name, content_of(archive, *entry, where)).second) {
      throw ModelError(fmt::format("{}: zip entry {:?} occurs twice", where, entry->name));
    }
  }
  return entries;
}

}  // namespace assay
