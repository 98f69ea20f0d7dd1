#include <fmt/format.h>
#include <tiffio.h>

#include <algorithm>
#include <cstdarg>
#include <cstdio>
#include <cstring>
#include <memory>
#include <vector>

#include "model/image/formats.h"
#include "model/image/tiff_samples.h"

// libtiff undoes compression, fill order and byte order; what samples mean is decided in tiff_samples.h.
namespace assay::formats {
namespace {

using tiff::Kind;
using tiff::Layout;
using tiff::Row;
using tiff::RowConverter;

/// The file in memory, as libtiff's client, and what libtiff complained about first.
struct Source {
  std::string_view bytes;
  std::uint64_t position = 0;
  std::string complaint;
};

Source& source_of(thandle_t handle) { return *static_cast<Source*>(handle); }

tmsize_t give_bytes(thandle_t handle, void* to, tmsize_t count) {
  Source& source = source_of(handle);
  if (count <= 0 || source.position >= source.bytes.size()) return 0;
  const std::size_t given = std::min<std::size_t>(static_cast<std::size_t>(count), source.bytes.size() - source.position);
  std::memcpy(to, source.bytes.data() + source.position, given);
  source.position += given;
  return static_cast<tmsize_t>(given);
}

tmsize_t refuse_bytes(thandle_t, void*, tmsize_t) { return 0; }

toff_t seek(thandle_t handle, toff_t offset, int whence) {
  Source& source = source_of(handle);
  const std::uint64_t base = whence == SEEK_CUR ? source.position : whence == SEEK_END ? source.bytes.size() : 0;
  return source.position = base + offset;
}

int close(thandle_t) { return 0; }
toff_t size_of(thandle_t handle) { return source_of(handle).bytes.size(); }

int note_error(TIFF*, void* user, const char*, const char* format, va_list arguments) {
  auto& source = *static_cast<Source*>(user);
  char text[200];
  std::vsnprintf(text, sizeof text, format, arguments);
  if (source.complaint.empty()) source.complaint = text;
  return 1;
}

int ignore_warning(TIFF*, void*, const char*, const char*, va_list) { return 1; }

struct CloseTiff {
  void operator()(TIFF* tiff) const { TIFFClose(tiff); }
};
using Handle = std::unique_ptr<TIFF, CloseTiff>;

[[noreturn]] void fail(const Source& source, std::string_view otherwise) {
  throw Undecodable(fmt::format("broken TIFF: {}", source.complaint.empty() ? otherwise : std::string_view(source.complaint)));
}

Handle open(Source& source, const ImageLimits& limits) {
  const std::unique_ptr<TIFFOpenOptions, decltype(&TIFFOpenOptionsFree)> options(TIFFOpenOptionsAlloc(), TIFFOpenOptionsFree);
  TIFFOpenOptionsSetErrorHandlerExtR(options.get(), note_error, &source);
  TIFFOpenOptionsSetWarningHandlerExtR(options.get(), ignore_warning, nullptr);
  constexpr std::int64_t kBytesPerPixel = 8;  // four samples of 16 bits
  TIFFOpenOptionsSetMaxSingleMemAlloc(options.get(), static_cast<tmsize_t>(limits.max_pixels * kBytesPerPixel));
  // "m": no memory mapping; "C": no chopping of one big strip into small ones, as Pillow opens it.
  Handle tiff(TIFFClientOpenExt("picture", "rmC", &source, give_bytes, refuse_bytes, seek, close, size_of, nullptr, nullptr,
                                options.get()));
  if (tiff == nullptr) fail(source, "its header or first directory cannot be read");
  return tiff;
}

Layout read_layout(TIFF* tiff, const Source& source) {
  Layout layout;
  if (TIFFGetField(tiff, TIFFTAG_IMAGEWIDTH, &layout.width) == 0 || TIFFGetField(tiff, TIFFTAG_IMAGELENGTH, &layout.height) == 0) {
    fail(source, "it does not say its width and height");
  }
  TIFFGetFieldDefaulted(tiff, TIFFTAG_BITSPERSAMPLE, &layout.bits);
  TIFFGetFieldDefaulted(tiff, TIFFTAG_SAMPLESPERPIXEL, &layout.samples);
  TIFFGetFieldDefaulted(tiff, TIFFTAG_PLANARCONFIG, &layout.planes);
  TIFFGetFieldDefaulted(tiff, TIFFTAG_SAMPLEFORMAT, &layout.number);
  TIFFGetFieldDefaulted(tiff, TIFFTAG_FILLORDER, &layout.fill_order);
  TIFFGetFieldDefaulted(tiff, TIFFTAG_COMPRESSION, &layout.compression);
  TIFFGetFieldDefaulted(tiff, TIFFTAG_ORIENTATION, &layout.orientation);
  TIFFGetField(tiff, TIFFTAG_PHOTOMETRIC, &layout.photometric);
  layout.is_big_endian = source.bytes.substr(0, 2) == "MM";
  std::uint16_t across = 1, down = 1;
  if (layout.photometric == PHOTOMETRIC_YCBCR) TIFFGetFieldDefaulted(tiff, TIFFTAG_YCBCRSUBSAMPLING, &across, &down);
  layout.is_subsampled = across != 1 || down != 1;
  std::uint16_t count = 0;
  std::uint16_t* kinds = nullptr;
  if (TIFFGetField(tiff, TIFFTAG_EXTRASAMPLES, &count, &kinds) != 0) layout.extra.assign(kinds, kinds + count);
  // Unspecified extra planes stored apart are not read at all.
  const bool may_drop = layout.planes == PLANARCONFIG_SEPARATE &&
                        std::all_of(layout.extra.begin(), layout.extra.end(), [](auto kind) { return kind == 0; });
  if (may_drop && layout.samples > layout.extra.size()) {
    layout.samples = static_cast<std::uint16_t>(layout.samples - layout.extra.size());
    layout.extra.clear();
  }
  return layout;
}

/// One strip or tile at a time, so that no second picture is held.
class BlockReader {
 public:
  BlockReader(TIFF* tiff, const Source& source, const Layout& layout, const RowConverter& converter)
      : tiff_(tiff), source_(source), layout_(layout), converter_(converter) {
    is_tiled_ = TIFFIsTiled(tiff) != 0;
    if (is_tiled_) {
      TIFFGetField(tiff, TIFFTAG_TILEWIDTH, &block_width_);
      TIFFGetField(tiff, TIFFTAG_TILELENGTH, &block_height_);
    } else {
      block_width_ = layout.width;
      TIFFGetFieldDefaulted(tiff, TIFFTAG_ROWSPERSTRIP, &block_height_);
      block_height_ = std::min(block_height_, layout.height);
    }
    block_bytes_ = is_tiled_ ? TIFFTileSize(tiff) : TIFFStripSize(tiff);
    row_bytes_ = is_tiled_ ? TIFFTileRowSize(tiff) : TIFFScanlineSize(tiff);
  }

  void check(const ImageLimits& limits) const {
    const bool is_apart = layout_.planes == PLANARCONFIG_SEPARATE;
    const std::uint64_t bits = std::uint64_t{layout_.bits} * (is_apart ? 1 : layout_.samples);
    const std::uint64_t row_bytes = (block_width_ * bits + 7) / 8;
    if (block_width_ == 0 || block_height_ == 0 || row_bytes_ <= 0 || block_bytes_ <= 0)
      fail(source_, "its strips or tiles have no size");
    const bool fits = static_cast<std::uint64_t>(row_bytes_) >= row_bytes &&
                      static_cast<std::uint64_t>(block_bytes_) / static_cast<std::uint64_t>(row_bytes_) >= block_height_;
    if (!fits) fail(source_, "its strips or tiles are smaller than its size says");
    if (std::uint64_t{block_width_} * block_height_ > static_cast<std::uint64_t>(limits.max_pixels)) {
      throw Undecodable(
          fmt::format("TIFF with tiles of {} x {} pixels, over the limit of {} pixels; raise --max-image-pixels to read it",
                      block_width_, block_height_, limits.max_pixels));
    }
  }

  void read_into(Image& image) {
    const bool is_apart = layout_.planes == PLANARCONFIG_SEPARATE;
    const std::uint16_t planes = is_apart ? std::min<std::uint16_t>(layout_.samples, 4) : std::uint16_t{1};
    blocks_.assign(planes, std::vector<std::uint8_t>(static_cast<std::size_t>(block_bytes_)));
    for (std::uint32_t y = 0; y < layout_.height; y += block_height_) {
      for (std::uint32_t x = 0; x < layout_.width; x += block_width_) {
        for (std::uint16_t plane = 0; plane < planes; ++plane) read_block(x, y, plane);
        convert_block(image, x, y);
        if (layout_.width - x <= block_width_) break;  // x would overflow
      }
      if (layout_.height - y <= block_height_) break;
    }
  }

 private:
  void read_block(std::uint32_t x, std::uint32_t y, std::uint16_t plane) {
    std::uint8_t* to = blocks_[plane].data();
    const tmsize_t got = is_tiled_ ? TIFFReadTile(tiff_, to, x, y, 0, plane)
                                   : TIFFReadEncodedStrip(tiff_, TIFFComputeStrip(tiff_, y, plane), to, block_bytes_);
    if (got < 0) fail(source_, fmt::format("the block at column {}, row {} cannot be read", x, y));
  }

  void convert_block(Image& image, std::uint32_t x, std::uint32_t y) const {
    const std::uint32_t columns = std::min(block_width_, layout_.width - x), rows = std::min(block_height_, layout_.height - y);
    for (std::uint32_t i = 0; i < rows; ++i) {
      converter_.convert(row_of(i), image.row(static_cast<int>(y + i)) + std::size_t{3} * x, columns);
    }
  }

  [[nodiscard]] Row row_of(std::uint32_t i) const {
    const std::size_t offset = static_cast<std::size_t>(row_bytes_) * i, sample_bytes = std::max<std::size_t>(layout_.bits / 8, 1);
    const bool is_apart = blocks_.size() > 1;
    Row row;
    row.step = is_apart ? sample_bytes : sample_bytes * layout_.samples;
    for (std::size_t c = 0; c < std::min<std::size_t>(layout_.samples, 4); ++c) {
      row.channel[c] = is_apart ? blocks_[c].data() + offset : blocks_[0].data() + offset + c * sample_bytes;
    }
    return row;
  }

  TIFF* tiff_;
  const Source& source_;
  const Layout& layout_;
  const RowConverter& converter_;
  bool is_tiled_ = false;
  std::uint32_t block_width_ = 0, block_height_ = 0;
  tmsize_t block_bytes_ = 0, row_bytes_ = 0;
  std::vector<std::vector<std::uint8_t>> blocks_;  ///< one a plane
};

// Luma and chroma, possibly subsampled: libtiff's own conversion, as in Pillow.
Image read_ycbcr(TIFF* tiff, const Source& source, const Layout& layout) {
  char why[1024] = {};
  TIFFRGBAImage converter;
  if (TIFFRGBAImageOK(tiff, why) == 0 || TIFFRGBAImageBegin(&converter, tiff, 1, why) == 0) fail(source, why);
  const std::unique_ptr<TIFFRGBAImage, decltype(&TIFFRGBAImageEnd)> guard(&converter, TIFFRGBAImageEnd);
  converter.orientation = converter.req_orientation = ORIENTATION_TOPLEFT;
  std::vector<std::uint32_t> pixels(std::size_t{layout.width} * layout.height);
  if (TIFFRGBAImageGet(&converter, pixels.data(), layout.width, layout.height) == 0) fail(source, "its pixels cannot be converted");
  Image image(static_cast<int>(layout.width), static_cast<int>(layout.height));
  for (std::size_t i = 0; i < pixels.size(); ++i) {
    image.rgb[3 * i] = static_cast<std::uint8_t>(TIFFGetR(pixels[i]));
    image.rgb[3 * i + 1] = static_cast<std::uint8_t>(TIFFGetG(pixels[i]));
    image.rgb[3 * i + 2] = static_cast<std::uint8_t>(TIFFGetB(pixels[i]));
  }
  return image;
}

// TIFF's orientation belongs to the format, and Pillow applies it when it loads one.
Image turn_upright(const Image& image, std::uint16_t orientation) {
  const bool is_turned = orientation >= ORIENTATION_LEFTTOP;
  const int w = image.width, h = image.height;
  Image upright(is_turned ? h : w, is_turned ? w : h);
  for (int y = 0; y < upright.height; ++y) {
    for (int x = 0; x < upright.width; ++x) {
      int from_x = is_turned ? y : x, from_y = is_turned ? x : y;
      const bool mirrors_x = orientation == ORIENTATION_TOPRIGHT || orientation == ORIENTATION_BOTRIGHT ||
                             orientation == ORIENTATION_RIGHTBOT || orientation == ORIENTATION_LEFTBOT;
      const bool mirrors_y = orientation == ORIENTATION_BOTRIGHT || orientation == ORIENTATION_BOTLEFT ||
                             orientation == ORIENTATION_RIGHTTOP || orientation == ORIENTATION_RIGHTBOT;
      if (mirrors_x) from_x = w - 1 - from_x;
      if (mirrors_y) from_y = h - 1 - from_y;
      std::memcpy(upright.row(y) + std::size_t{3} * x, image.row(from_y) + std::size_t{3} * from_x, 3);
    }
  }
  return upright;
}

[[noreturn]] void refuse(const Layout& layout) {
  throw Undecodable(fmt::format(
      "TIFF with {} samples of {} bits, photometric interpretation {}, sample format {}: this combination is not supported",
      layout.samples, layout.bits, layout.photometric, layout.number));
}

void read_palette(TIFF* tiff, const Source& source, RowConverter& converter) {
  std::uint16_t *red = nullptr, *green = nullptr, *blue = nullptr;
  if (TIFFGetField(tiff, TIFFTAG_COLORMAP, &red, &green, &blue) == 0) fail(source, "its colour table is missing");
  converter.set_palette(red, green, blue);
}

Image read_pixels(TIFF* tiff, const Source& source, Layout layout, const ImageLimits& limits) {
  if (layout.photometric == PHOTOMETRIC_YCBCR && layout.compression == COMPRESSION_JPEG && layout.planes == PLANARCONFIG_CONTIG) {
    TIFFSetField(tiff, TIFFTAG_JPEGCOLORMODE, JPEGCOLORMODE_RGB);
    layout.photometric = PHOTOMETRIC_RGB;
  }
  const Kind kind = tiff::find_kind(layout);
  if (kind == Kind::kUnknown) refuse(layout);
  if (kind == Kind::kYCbCr) return read_ycbcr(tiff, source, layout);
  RowConverter converter(layout, kind);
  if (kind == Kind::kPalette) read_palette(tiff, source, converter);
  BlockReader reader(tiff, source, layout, converter);
  reader.check(limits);
  Image image(static_cast<int>(layout.width), static_cast<int>(layout.height));
  reader.read_into(image);
  return image;
}

}  // namespace

Image decode_tiff(std::string_view bytes, const ImageLimits& limits) {
  Source source{bytes, 0, {}};
  const Handle tiff = open(source, limits);
  const Layout layout = read_layout(tiff.get(), source);
  check_size("TIFF", layout.width, layout.height, limits);
  Image image = read_pixels(tiff.get(), source, layout, limits);
  const bool is_upright = layout.orientation <= ORIENTATION_TOPLEFT || layout.orientation > ORIENTATION_LEFTBOT;
  return is_upright ? std::move(image) : turn_upright(image, layout.orientation);
}

}  // namespace assay::formats
