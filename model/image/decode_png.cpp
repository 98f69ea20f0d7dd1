#include <fmt/format.h>
#include <png.h>

#include <algorithm>
#include <array>
#include <csetjmp>
#include <cstring>
#include <memory>
#include <vector>

#include "model/image/formats.h"
#include "model/image/png_text.h"

namespace assay::formats {
namespace {

/// Everything the C library touches while it may jump: no destructor of ours runs between setjmp and longjmp.
struct Reader {
  png_structp png = nullptr;
  png_infop info = nullptr;
  std::jmp_buf jump{};
  std::string_view bytes;
  std::size_t position = 0;
  char message[256] = {};
  png_uint_32 width = 0, height = 0;
  int depth = 0, colour = 0, interlace = 0;
  std::array<png_color, 256> palette{};  ///< entries that the file lacks stay black, as in Pillow
  Image image;
  std::vector<png_byte> raw;        ///< one row, or the whole picture when interlaced
  std::vector<png_bytep> raw_rows;  ///< interlaced only

  Reader() = default;
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;
  ~Reader() { png_destroy_read_struct(&png, &info, nullptr); }
};

[[noreturn]] void fail(png_structp png, png_const_charp message) {
  auto& reader = *static_cast<Reader*>(png_get_error_ptr(png));
  std::strncpy(reader.message, message, sizeof reader.message - 1);
  std::longjmp(reader.jump, 1);
}

void stay_silent(png_structp, png_const_charp) {}

void give_bytes(png_structp png, png_bytep to, std::size_t count) {
  auto& reader = *static_cast<Reader*>(png_get_io_ptr(png));
  if (count > reader.bytes.size() - reader.position) png_error(png, "the file is truncated");
  std::memcpy(to, reader.bytes.data() + reader.position, count);
  reader.position += count;
}

void set_limits(Reader& reader) {
  png_set_crc_action(reader.png, PNG_CRC_ERROR_QUIT, PNG_CRC_ERROR_QUIT);
  png_set_user_limits(reader.png, 0x7FFFFFFF, 0x7FFFFFFF);  // check_size decides
  png_set_keep_unknown_chunks(reader.png, PNG_HANDLE_CHUNK_NEVER, nullptr, -1);
}

bool read_header(Reader& reader) {
  if (setjmp(reader.jump) != 0) return false;
  reader.png = png_create_read_struct(PNG_LIBPNG_VER_STRING, &reader, fail, stay_silent);
  if (reader.png == nullptr) return false;
  reader.info = png_create_info_struct(reader.png);
  if (reader.info == nullptr) return false;
  png_set_read_fn(reader.png, &reader, give_bytes);
  set_limits(reader);
  png_read_info(reader.png, reader.info);
  png_get_IHDR(reader.png, reader.info, &reader.width, &reader.height, &reader.depth, &reader.colour, &reader.interlace, nullptr,
               nullptr);
  png_colorp entries = nullptr;
  int count = 0;
  if (png_get_PLTE(reader.png, reader.info, &entries, &count) != 0) std::copy_n(entries, count, reader.palette.begin());
  return true;
}

// After this a row holds 1 byte a sample (2 for grey of 16 bits) and no alpha.
bool simplify_rows(Reader& reader) {
  if (setjmp(reader.jump) != 0) return false;
  // Pixel data with a wrong checksum is read all the same, as in Pillow: the compressed stream itself is the judge.
  png_set_crc_action(reader.png, PNG_CRC_QUIET_USE, PNG_CRC_QUIET_USE);
  png_set_packing(reader.png);
  if (reader.colour == PNG_COLOR_TYPE_GRAY && reader.depth < 8) png_set_expand_gray_1_2_4_to_8(reader.png);
  if (reader.depth == 16 && reader.colour != PNG_COLOR_TYPE_GRAY) png_set_strip_16(reader.png);
  if ((reader.colour & PNG_COLOR_MASK_ALPHA) != 0) png_set_strip_alpha(reader.png);
  png_set_interlace_handling(reader.png);
  png_read_update_info(reader.png, reader.info);
  return true;
}

void widen_row(const Reader& reader, const png_byte* from, std::uint8_t* to) {
  const int width = static_cast<int>(reader.width);
  if (reader.colour == PNG_COLOR_TYPE_PALETTE) {
    for (int x = 0; x < width; ++x) {
      const png_color& entry = reader.palette[from[x]];
      to[3 * x] = entry.red, to[3 * x + 1] = entry.green, to[3 * x + 2] = entry.blue;
    }
  } else if ((reader.colour & PNG_COLOR_MASK_COLOR) != 0) {
    std::memcpy(to, from, std::size_t{3} * reader.width);
  } else if (reader.depth == 16 && reader.colour == PNG_COLOR_TYPE_GRAY) {
    for (int x = 0; x < width; ++x) grey_to_rgb(from[2 * x] != 0 ? 255 : from[2 * x + 1], to + 3 * x);
  } else {
    for (int x = 0; x < width; ++x) grey_to_rgb(from[x], to + 3 * x);
  }
}

bool is_plain_rgb(const Reader& reader) {
  return (reader.colour & PNG_COLOR_MASK_COLOR) != 0 && reader.colour != PNG_COLOR_TYPE_PALETTE;
}

bool read_interlaced(Reader& reader) {
  if (setjmp(reader.jump) != 0) return false;
  png_read_image(reader.png, reader.raw_rows.data());
  return true;
}

bool read_straight(Reader& reader) {
  if (setjmp(reader.jump) != 0) return false;
  for (png_uint_32 y = 0; y < reader.height; ++y) {
    std::uint8_t* to = reader.image.row(static_cast<int>(y));
    if (is_plain_rgb(reader)) {
      png_read_row(reader.png, to, nullptr);
    } else {
      png_read_row(reader.png, reader.raw.data(), nullptr);
      widen_row(reader, reader.raw.data(), to);
    }
  }
  return true;
}

bool read_pixels(Reader& reader) {
  if (!simplify_rows(reader)) return false;
  const std::size_t row_bytes = png_get_rowbytes(reader.png, reader.info);
  reader.image = Image(static_cast<int>(reader.width), static_cast<int>(reader.height));
  if (reader.interlace == PNG_INTERLACE_NONE) {
    reader.raw.resize(row_bytes);
    return read_straight(reader);
  }
  reader.raw.resize(row_bytes * reader.height);
  for (png_uint_32 y = 0; y < reader.height; ++y) reader.raw_rows.push_back(reader.raw.data() + row_bytes * y);
  if (!read_interlaced(reader)) return false;
  for (png_uint_32 y = 0; y < reader.height; ++y) widen_row(reader, reader.raw_rows[y], reader.image.row(static_cast<int>(y)));
  return true;
}

}  // namespace

Image decode_png(std::string_view bytes, const ImageLimits& limits) {
  check_png_text(bytes);
  const auto reader = std::make_unique<Reader>();
  reader->bytes = bytes;
  if (!read_header(*reader)) throw Undecodable(fmt::format("broken PNG: {}", reader->message));
  check_size("PNG", reader->width, reader->height, limits);
  if (!read_pixels(*reader))
    throw Undecodable(fmt::format("broken PNG of {} x {}: {}", reader->width, reader->height, reader->message));
  return std::move(reader->image);
}

}  // namespace assay::formats
