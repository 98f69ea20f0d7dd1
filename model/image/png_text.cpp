#include "model/image/png_text.h"

#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <array>

#include "model/image/formats.h"

namespace assay::formats {
namespace {

constexpr std::size_t kMostBytes = std::size_t{1} << 20;

std::size_t read_u32(std::string_view bytes, std::size_t at) {
  std::size_t value = 0;
  for (std::size_t i = 0; i < 4; ++i) value = value << 8 | static_cast<unsigned char>(bytes[at + i]);
  return value;
}

// What follows the first `count` zero bytes; nothing if there are fewer.
std::string_view after_zeros(std::string_view content, int count) {
  for (; count > 0; --count) {
    const std::size_t zero = content.find('\0');
    if (zero == std::string_view::npos) return {};
    content.remove_prefix(zero + 1);
  }
  return content;
}

// The compressed part of a chunk. zTXt, iCCP: name 0 method data; iTXt: name 0 is-compressed method language 0 translation 0 data.
std::string_view compressed_part(std::string_view type, std::string_view content) {
  if (type == "zTXt" || type == "iCCP") {
    const std::string_view rest = after_zeros(content, 1);
    return rest.empty() ? rest : rest.substr(1);
  }
  if (type != "iTXt") return {};
  const std::string_view rest = after_zeros(content, 1);
  return rest.size() < 2 || rest[0] == 0 ? std::string_view() : after_zeros(rest.substr(2), 2);
}

bool unpacks_beyond_limit(std::string_view packed) {
  z_stream stream{};
  if (inflateInit(&stream) != Z_OK) return false;
  stream.next_in = const_cast<Bytef*>(reinterpret_cast<const Bytef*>(packed.data()));  // zlib does not write there
  stream.avail_in = static_cast<uInt>(packed.size());
  std::array<Bytef, 1 << 14> scratch;
  int status = Z_OK;
  while (status == Z_OK && stream.total_out <= kMostBytes) {
    stream.next_out = scratch.data();
    stream.avail_out = scratch.size();
    status = inflate(&stream, Z_NO_FLUSH);
    if (stream.avail_in == 0 && stream.avail_out != 0) break;
  }
  const bool is_beyond = stream.total_out > kMostBytes;
  inflateEnd(&stream);
  return is_beyond;
}

}  // namespace

void check_png_text(std::string_view bytes) {
  constexpr std::size_t kSignature = 8, kFrame = 12;  // a chunk's length, type and checksum
  for (std::size_t at = kSignature; at + kFrame <= bytes.size();) {
    const std::size_t length = std::min(read_u32(bytes, at), bytes.size() - at - kFrame);
    const std::string_view type = bytes.substr(at + 4, 4), packed = compressed_part(type, bytes.substr(at + 8, length));
    if (!packed.empty() && unpacks_beyond_limit(packed)) {
      throw Undecodable(fmt::format("hostile PNG: a {} chunk unpacks to more than {} bytes", type, kMostBytes));
    }
    at += kFrame + length;
  }
}

}  // namespace assay::formats
