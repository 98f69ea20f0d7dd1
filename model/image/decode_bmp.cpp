#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <vector>

#include "model/image/formats.h"

// No library in common use reads BMP, so this one is ours. It follows Pillow's rules, its refusals included: the bit-field layouts
// listed below and no others, no 2-bit pixels, no embedded JPEG or PNG.  Source  Pillow 13.0.0, src/PIL/BmpImagePlugin.py
namespace assay::formats {
namespace {

constexpr std::uint32_t kRaw = 0, kRle8 = 1, kRle4 = 2, kBitFields = 3;
constexpr std::size_t kFileHeaderBytes = 14;

/// Little-endian numbers out of a file; past its end is a failure.
class Cursor {
 public:
  Cursor(std::string_view bytes, std::size_t position) : bytes_(bytes), position_(position) {}
  [[nodiscard]] std::size_t position() const noexcept { return position_; }
  [[nodiscard]] std::size_t left() const noexcept { return position_ < bytes_.size() ? bytes_.size() - position_ : 0; }
  std::uint32_t u8() {
    if (left() < 1) throw Undecodable(fmt::format("truncated BMP: the file ends after {} bytes", bytes_.size()));
    return static_cast<unsigned char>(bytes_[position_++]);
  }
  std::uint32_t u16() {
    const std::uint32_t low = u8();
    return low | u8() << 8;
  }
  std::uint32_t u32() {
    const std::uint32_t low = u16();
    return low | u16() << 16;
  }
  void skip(std::size_t count) { position_ += count; }
  /// The next `count` bytes, or as many as there are.
  std::string_view take(std::size_t count) {
    const std::string_view taken = left() == 0 ? std::string_view() : bytes_.substr(position_, count);
    position_ += count;
    return taken;
  }

 private:
  std::string_view bytes_;
  std::size_t position_;
};

/// Where in a little-endian pixel each colour lies; `bits` wide, stretched to 8.
struct Layout {
  int red_shift, green_shift, blue_shift;
  int red_bits = 8, green_bits = 8, blue_bits = 8;
};

struct Header {
  std::uint32_t header_bytes = 0, bits = 0, compression = kRaw, colours = 0, entry_bytes = 4;
  std::int64_t width = 0, height = 0;
  bool is_top_down = false;
  std::array<std::uint32_t, 4> masks{};  ///< red, green, blue, alpha
  std::size_t pixel_offset = 0;
  std::array<std::uint8_t, 768> palette{};  ///< RGB; entries that the file lacks stay black
  std::uint32_t pixel_bits = 0;             ///< as the rows are read; differs from `bits` where Pillow takes a grey table for none
};

void read_core(Cursor& in, Header& header) {
  header.width = in.u16();
  header.height = in.u16();
  in.u16();  // planes
  header.bits = in.u16();
  header.entry_bytes = 3;
}

void read_info(Cursor& in, Header& header) {
  header.width = in.u32();
  const std::uint32_t height = in.u32();
  header.is_top_down = height >> 24 == 0xFF;
  header.height = header.is_top_down ? std::int64_t{1} << 32 : 0;
  header.height = header.is_top_down ? header.height - height : std::int64_t{height};
  in.u16();  // planes
  header.bits = in.u16();
  header.compression = in.u32();
  in.skip(12);  // size of the pixels, pixels per metre across and down
  header.colours = in.u32();
  in.u32();  // important colours
}

// Headers of 52 bytes and more hold the masks; after a shorter one they follow it, without one for alpha.
void read_masks(Cursor& in, Header& header) {
  const int count = header.header_bytes >= 56 ? 4 : 3;
  for (int i = 0; i < count; ++i) header.masks[i] = in.u32();
}

Header read_header(Cursor& in, std::size_t pixel_offset) {
  Header header;
  header.pixel_offset = pixel_offset;
  header.header_bytes = in.u32();
  const std::uint32_t size = header.header_bytes;
  if (size == 12) {
    read_core(in, header);
    return header;
  }
  constexpr std::uint32_t kKnown[] = {40, 52, 56, 64, 108, 124};
  if (std::find(std::begin(kKnown), std::end(kKnown), size) == std::end(kKnown)) {
    throw Undecodable(fmt::format("BMP with a header of {} bytes; 12, 40, 52, 56, 64, 108 or 124 can be read", size));
  }
  read_info(in, header);
  const std::size_t end = kFileHeaderBytes + size;
  if (header.compression == kBitFields) read_masks(in, header);
  if (in.position() < end) in.skip(end - in.position());
  return header;
}

void check_header(Header& header, const ImageLimits& limits) {
  constexpr std::uint32_t kDepths[] = {1, 4, 8, 16, 24, 32};
  if (std::find(std::begin(kDepths), std::end(kDepths), header.bits) == std::end(kDepths)) {
    throw Undecodable(fmt::format("BMP with {} bits a pixel; 1, 4, 8, 16, 24 or 32 can be read", header.bits));
  }
  if (header.compression > kBitFields) {
    throw Undecodable(
        fmt::format("BMP with compression {}; 0 (none), 1 (RLE8), 2 (RLE4) or 3 (bit fields) can be read", header.compression));
  }
  if (header.compression == kBitFields && header.bits <= 8) {
    throw Undecodable(fmt::format("BMP with bit fields for {} bits a pixel; 16, 24 or 32 can have them", header.bits));
  }
  check_size("BMP", header.width, header.height, limits);
  header.pixel_bits = header.bits;
  if (header.bits > 8) return;
  if (header.colours == 0) header.colours = 1U << header.bits;
  // A pixel offset right behind the header forgets the colour table.
  if (header.pixel_offset == kFileHeaderBytes + header.header_bytes) {
    header.pixel_offset += std::size_t{header.entry_bytes} * header.colours;
  }
}

constexpr Layout kBgr{16, 8, 0}, kRgb555{10, 5, 0, 5, 5, 5}, kRgb565{11, 5, 0, 5, 6, 5};

/// The layouts that Pillow knows, by depth and masks (red, green, blue, alpha).
Layout find_layout(const Header& header) {
  struct Known {
    std::uint32_t bits;
    std::array<std::uint32_t, 4> masks;
    Layout layout;
  };
  static constexpr Known kKnown[] = {
      {32, {0xFF0000, 0xFF00, 0xFF, 0}, kBgr},
      {32, {0xFF000000, 0xFF0000, 0xFF00, 0}, {24, 16, 8}},
      {32, {0xFF000000, 0xFF00, 0xFF, 0}, {24, 8, 0}},
      {32, {0xFF000000, 0xFF0000, 0xFF00, 0xFF}, {24, 16, 8}},
      {32, {0xFF, 0xFF00, 0xFF0000, 0xFF000000}, {0, 8, 16}},
      {32, {0xFF0000, 0xFF00, 0xFF, 0xFF000000}, kBgr},
      {32, {0xFF000000, 0xFF00, 0xFF, 0xFF0000}, {24, 8, 0}},
      {32, {0, 0, 0, 0}, kBgr},
      {24, {0xFF0000, 0xFF00, 0xFF, 0}, kBgr},
      {16, {0xF800, 0x7E0, 0x1F, 0}, kRgb565},
      {16, {0x7C00, 0x3E0, 0x1F, 0}, kRgb555},
  };
  if (header.compression != kBitFields) return header.bits == 16 ? kRgb555 : kBgr;
  for (const Known& known : kKnown) {
    const std::size_t compared = header.bits == 32 ? 4 : 3;  // the alpha mask of 16 and 24 bits is not looked at
    if (known.bits == header.bits && std::equal(known.masks.begin(), known.masks.begin() + compared, header.masks.begin()))
      return known.layout;
  }
  throw Undecodable(fmt::format("BMP with {} bits a pixel and the bit fields {:#x}, {:#x}, {:#x}, {:#x}, which is no layout in use",
                                header.bits, header.masks[0], header.masks[1], header.masks[2], header.masks[3]));
}

// A table that only counts up in grey is no table: two entries then make 1-bit pixels, more make 8-bit ones (Pillow's reading).
bool is_plain_grey(const Header& header, std::string_view table) {
  if (table.size() < std::size_t{header.entry_bytes} * (header.colours - 1) + 3) return false;
  for (std::uint32_t i = 0; i < header.colours; ++i) {
    const std::uint32_t level = header.colours == 2 ? 255 * i : i;
    for (std::uint32_t c = 0; c < 3; ++c) {
      if (static_cast<unsigned char>(table[std::size_t{header.entry_bytes} * i + c]) != level) return false;
    }
  }
  return true;
}

void read_palette(Cursor& in, Header& header) {
  if (header.colours > 65536)
    throw Undecodable(fmt::format("BMP with a colour table of {} entries; at most 65536 can be read", header.colours));
  const std::string_view table = in.take(std::size_t{header.entry_bytes} * header.colours);
  if (is_plain_grey(header, table)) {
    const bool is_black_and_white = header.colours <= 2;
    header.pixel_bits = is_black_and_white ? 1 : 8;
    for (int i = 0; i < 256; ++i)
      grey_to_rgb(static_cast<std::uint8_t>(is_black_and_white && i > 0 ? 255 : i), header.palette.data() + 3 * i);
    return;
  }
  const std::size_t entries = table.size() / header.entry_bytes;
  if (entries > 256) throw Undecodable(fmt::format("BMP with a colour table of {} entries; a pixel can name 256 of them", entries));
  for (std::size_t i = 0; i < entries; ++i) {
    for (std::size_t c = 0; c < 3; ++c)
      header.palette[3 * i + c] = static_cast<std::uint8_t>(table[header.entry_bytes * i + 2 - c]);
  }
}

std::uint8_t stretch(std::uint32_t pixel, int shift, int bits) {
  const std::uint32_t most = (1U << bits) - 1;
  return static_cast<std::uint8_t>((pixel >> shift & most) * 255 / most);
}

void unpack_direct(const unsigned char* from, std::uint8_t* to, const Header& header, const Layout& layout) {
  const std::uint32_t pixel_bytes = header.bits / 8;
  for (std::int64_t x = 0; x < header.width; ++x, from += pixel_bytes, to += 3) {
    std::uint32_t pixel = 0;
    for (std::uint32_t i = 0; i < pixel_bytes; ++i) pixel |= std::uint32_t{from[i]} << (8 * i);
    to[0] = stretch(pixel, layout.red_shift, layout.red_bits);
    to[1] = stretch(pixel, layout.green_shift, layout.green_bits);
    to[2] = stretch(pixel, layout.blue_shift, layout.blue_bits);
  }
}

void unpack_indexed(const unsigned char* from, std::uint8_t* to, const Header& header) {
  const std::uint32_t bits = header.pixel_bits, mask = (1U << bits) - 1;
  for (std::int64_t x = 0; x < header.width; ++x) {
    const std::int64_t bit = x * bits;
    const std::uint32_t index = from[bit / 8] >> (8 - bits - bit % 8) & mask;
    std::copy_n(header.palette.data() + 3 * index, 3, to + 3 * x);
  }
}

int target_row(const Header& header, std::int64_t y) { return static_cast<int>(header.is_top_down ? y : header.height - 1 - y); }

Image read_rows(std::string_view bytes, const Header& header) {
  const std::size_t used = static_cast<std::size_t>((header.width * header.pixel_bits + 7) / 8);
  const std::size_t stride = static_cast<std::size_t>((header.width * header.bits + 31) / 32 * 4);
  if (stride < used) throw Undecodable("BMP with 8-bit grey levels in narrower pixels");
  const std::size_t available = header.pixel_offset < bytes.size() ? bytes.size() - header.pixel_offset : 0;
  const std::size_t needed = stride * static_cast<std::size_t>(header.height - 1) + used;
  if (available < needed)
    throw Undecodable(fmt::format("truncated BMP: its pixels need {} bytes, the file has {} for them", needed, available));
  const auto* from = reinterpret_cast<const unsigned char*>(bytes.data()) + header.pixel_offset;
  const bool is_direct = header.bits > 8;
  const Layout layout = is_direct ? find_layout(header) : kBgr;
  Image image(static_cast<int>(header.width), static_cast<int>(header.height));
  for (std::int64_t y = 0; y < header.height; ++y, from += stride) {
    std::uint8_t* to = image.row(target_row(header, y));
    if (is_direct) {
      unpack_direct(from, to, header, layout);
    } else {
      unpack_indexed(from, to, header);
    }
  }
  return image;
}

/// Run lengths into one index a pixel, rows from the bottom, as far as the file goes.
class RunLengths {
 public:
  RunLengths(Cursor in, const Header& header)
      : in_(in),
        is_rle4_(header.compression == kRle4),
        width_(static_cast<std::size_t>(header.width)),
        total_(width_ * static_cast<std::size_t>(header.height)) {}

  std::vector<std::uint8_t> read() {
    indices_.reserve(total_);
    while (indices_.size() < total_ && in_.left() >= 2) {
      const std::uint32_t count = in_.u8(), value = in_.u8();
      if (count > 0) {
        add_run(count, value);
      } else if (value == kEndOfLine) {
        indices_.resize((indices_.size() + width_ - 1) / width_ * width_);
        x_ = 0;
      } else if (value == kEndOfBitmap || !(value == kDelta ? add_delta() : add_literal(value))) {
        break;
      }
    }
    return std::move(indices_);
  }

 private:
  static constexpr std::uint32_t kEndOfLine = 0, kEndOfBitmap = 1, kDelta = 2;

  // A run stops at the end of its row; what Pillow adds beyond the picture's end is cut off again when it is drawn.
  void add_run(std::uint32_t count, std::uint32_t value) {
    if (x_ + count > width_) count = x_ < width_ ? static_cast<std::uint32_t>(width_ - x_) : 0;
    for (std::uint32_t i = 0; i < count; ++i) {
      indices_.push_back(static_cast<std::uint8_t>(!is_rle4_ ? value : i % 2 == 0 ? value >> 4 : value & 15));
    }
    x_ += count;
  }

  bool add_delta() {
    if (in_.left() < 2) return false;
    const std::size_t right = in_.u8(), up = in_.u8();
    indices_.resize(indices_.size() + std::min(total_ - indices_.size(), right + up * width_));
    x_ = indices_.size() % width_;
    return true;
  }

  bool add_literal(std::uint32_t declared) {
    const std::size_t count = std::min<std::size_t>(total_ - indices_.size(), declared);
    const std::size_t byte_count = is_rle4_ ? (count + 1) / 2 : count;
    const std::string_view taken = in_.take(byte_count);
    for (std::size_t i = 0; i < (is_rle4_ ? 2 * taken.size() : taken.size()) && i < count; ++i) {
      const auto byte = static_cast<unsigned char>(taken[is_rle4_ ? i / 2 : i]);
      indices_.push_back(static_cast<std::uint8_t>(!is_rle4_ ? byte : i % 2 == 0 ? byte >> 4 : byte & 15));
    }
    if (taken.size() < byte_count || indices_.size() == total_) return false;
    x_ += declared;
    if (in_.position() % 2 != 0) in_.skip(1);
    return true;
  }

  Cursor in_;
  bool is_rle4_;
  std::size_t width_, total_;
  std::size_t x_ = 0;
  std::vector<std::uint8_t> indices_;
};

Image read_runs(std::string_view bytes, const Header& header) {
  if (header.bits > 8) throw Undecodable(fmt::format("BMP with run lengths of {} bits a pixel; 4 and 8 can be read", header.bits));
  const std::vector<std::uint8_t> indices = RunLengths(Cursor(bytes, header.pixel_offset), header).read();
  Image image(static_cast<int>(header.width), static_cast<int>(header.height));
  const std::size_t total = image.rgb.size() / 3;
  if (indices.size() < total)
    throw Undecodable(fmt::format("truncated BMP: its run lengths give {} of {} pixels", indices.size(), total));
  for (std::int64_t y = 0; y < header.height; ++y) {
    const std::uint8_t* from = indices.data() + static_cast<std::size_t>(y * header.width);
    std::uint8_t* to = image.row(target_row(header, y));
    for (std::int64_t x = 0; x < header.width; ++x) std::copy_n(header.palette.data() + 3 * from[x], 3, to + 3 * x);
  }
  return image;
}

}  // namespace

Image decode_bmp(std::string_view bytes, const ImageLimits& limits) {
  Cursor in(bytes, 10);
  const std::uint32_t pixel_offset = in.u32();
  Header header = read_header(in, pixel_offset);
  check_header(header, limits);
  if (header.bits <= 8) read_palette(in, header);
  if (header.pixel_offset == 0) header.pixel_offset = in.position();
  const bool is_run_length = header.compression == kRle8 || header.compression == kRle4;
  return is_run_length ? read_runs(bytes, header) : read_rows(bytes, header);
}

}  // namespace assay::formats
