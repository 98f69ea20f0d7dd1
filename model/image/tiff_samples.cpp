#include "model/image/tiff_samples.h"

#include <algorithm>
#include <cstddef>
#include <cstring>

#include "model/image/formats.h"

namespace assay::formats::tiff {
namespace {

Kind find_grey_kind(const Layout& layout) {
  const bool is_unsigned = layout.number == SAMPLEFORMAT_UINT, is_signed = layout.number == SAMPLEFORMAT_INT;
  const bool zero_is_black = layout.photometric == PHOTOMETRIC_MINISBLACK;
  if (layout.samples == 2) {
    const bool may_skip_second =
        layout.extra.size() == 1 && (layout.extra[0] == EXTRASAMPLE_UNSPECIFIED || layout.extra[0] == EXTRASAMPLE_UNASSALPHA);
    return zero_is_black && layout.bits == 8 && is_unsigned && may_skip_second ? Kind::kLevels : Kind::kUnknown;
  }
  if (layout.samples != 1 || !layout.extra.empty()) return Kind::kUnknown;
  switch (layout.bits) {
    case 1:
    case 2:
    case 4:
      return is_unsigned ? Kind::kLevels : Kind::kUnknown;
    case 8:
      return is_unsigned || (is_signed && zero_is_black) ? Kind::kLevels : Kind::kUnknown;
    case 12:
      return is_unsigned && zero_is_black && !layout.is_big_endian ? Kind::kGrey12 : Kind::kUnknown;
    case 16:
      if (is_signed && zero_is_black) return Kind::kSigned16;
      return is_unsigned && (zero_is_black || !layout.is_big_endian) ? Kind::kGrey16 : Kind::kUnknown;
    case 32:
      if (layout.number == SAMPLEFORMAT_IEEEFP) return Kind::kFloat32;
      return zero_is_black && (is_signed || (is_unsigned && !layout.is_big_endian)) ? Kind::kSigned32 : Kind::kUnknown;
    default:
      return Kind::kUnknown;
  }
}

bool rest_is_unspecified(const Layout& layout, std::size_t first) {
  return std::all_of(layout.extra.begin() + static_cast<std::ptrdiff_t>(std::min(first, layout.extra.size())), layout.extra.end(),
                     [](std::uint16_t kind) { return kind == EXTRASAMPLE_UNSPECIFIED; });
}

Kind find_rgb_kind(const Layout& layout) {
  const std::size_t most_samples = layout.bits == 8 ? 6 : 4;
  if (layout.samples < 3 || layout.samples > most_samples || !rest_is_unspecified(layout, 1)) return Kind::kUnknown;
  if (layout.extra.empty()) return layout.samples <= 4 ? Kind::kRgb : Kind::kUnknown;
  if (layout.samples != 3 + layout.extra.size()) return Kind::kUnknown;
  return layout.extra[0] == EXTRASAMPLE_ASSOCALPHA ? Kind::kRgbPremultiplied : Kind::kRgb;
}

// Uncompressed and not subsampled, Pillow converts by its own tables, JPEG's full range, whatever the file says of coefficients.
Kind find_ycbcr_kind(const Layout& layout) {
  if (layout.bits != 8 || layout.samples != 3 || layout.number != SAMPLEFORMAT_UINT) return Kind::kUnknown;
  return layout.compression == COMPRESSION_NONE && !layout.is_subsampled ? Kind::kPlainYCbCr : Kind::kYCbCr;
}

template <typename T>
T sample(const Row& row, int channel, std::uint32_t x) {
  T value;
  std::memcpy(&value, row.channel[channel] + row.step * x, sizeof value);
  return value;
}

std::uint8_t clip(std::int64_t value) { return static_cast<std::uint8_t>(std::clamp<std::int64_t>(value, 0, 255)); }

std::int64_t twelve_bits(const std::uint8_t* row, std::uint32_t x) {
  const std::uint8_t* at = row + std::size_t{x} / 2 * 3;
  return x % 2 == 0 ? at[0] << 4 | at[1] >> 4 : (at[1] & 15) << 8 | at[2];
}

// Products in 1/64, each rounded before they are added.  Source  libImaging/ConvertYCbCr.c
void ycbcr_to_rgb(int luma, int blue, int red, std::uint8_t* rgb) {
  const auto scaled = [](int chroma, double factor) { return static_cast<int>((chroma - 128) * factor * 64 + 0.5); };
  rgb[0] = clip(luma + (scaled(red, 1.402) >> 6));
  rgb[1] = clip(luma + ((scaled(blue, -0.34414) + scaled(red, -0.71414)) >> 6));
  rgb[2] = clip(luma + (scaled(blue, 1.772) >> 6));
}

}  // namespace

Kind find_kind(const Layout& layout) {
  const bool is_bytes = layout.bits == 8 || layout.bits == 16, is_unsigned = layout.number == SAMPLEFORMAT_UINT;
  switch (layout.photometric) {
    case PHOTOMETRIC_MINISWHITE:
    case PHOTOMETRIC_MINISBLACK:
      return find_grey_kind(layout);
    case PHOTOMETRIC_PALETTE: {
      const bool is_plain =
          layout.samples == 1 && layout.extra.empty() && layout.bits <= 8 && (layout.bits & (layout.bits - 1)) == 0;
      const bool has_alpha =
          layout.samples == 2 && layout.bits == 8 && layout.extra.size() == 1 && layout.extra[0] != EXTRASAMPLE_ASSOCALPHA;
      return is_unsigned && (is_plain || has_alpha) ? Kind::kPalette : Kind::kUnknown;
    }
    case PHOTOMETRIC_RGB:
      return is_bytes && is_unsigned ? find_rgb_kind(layout) : Kind::kUnknown;
    case PHOTOMETRIC_SEPARATED: {
      const bool fits = layout.samples == 4 + layout.extra.size() && layout.samples <= (layout.bits == 8 ? 6 : 4);
      return is_bytes && is_unsigned && fits && rest_is_unspecified(layout, 0) ? Kind::kCmyk : Kind::kUnknown;
    }
    case PHOTOMETRIC_YCBCR:
      return find_ycbcr_kind(layout);
    default:
      return Kind::kUnknown;
  }
}

void RowConverter::set_palette(const std::uint16_t* red, const std::uint16_t* green, const std::uint16_t* blue) {
  for (std::size_t i = 0; i < std::size_t{1} << layout_.bits; ++i) {
    palette_[3 * i] = static_cast<std::uint8_t>(red[i] >> 8);
    palette_[3 * i + 1] = static_cast<std::uint8_t>(green[i] >> 8);
    palette_[3 * i + 2] = static_cast<std::uint8_t>(blue[i] >> 8);
  }
}

void RowConverter::convert(const Row& row, std::uint8_t* rgb, std::uint32_t width) const {
  for (std::uint32_t x = 0; x < width; ++x) convert_pixel(row, x, rgb + std::size_t{3} * x);
}

void RowConverter::convert_pixel(const Row& row, std::uint32_t x, std::uint8_t* rgb) const {
  switch (kind_) {
    case Kind::kPalette:
      std::memcpy(rgb, palette_.data() + 3 * level(row, x), 3);
      return;
    case Kind::kRgb:
      for (int c = 0; c < 3; ++c) rgb[c] = high_byte(row, c, x);
      return;
    case Kind::kRgbPremultiplied:
      return divide_by_alpha(row, x, rgb);
    case Kind::kCmyk: {
      const std::uint8_t cmyk[4] = {high_byte(row, 0, x), high_byte(row, 1, x), high_byte(row, 2, x), high_byte(row, 3, x)};
      return cmyk_to_rgb(cmyk, rgb);
    }
    case Kind::kPlainYCbCr:
      return ycbcr_to_rgb(sample<std::uint8_t>(row, 0, x), sample<std::uint8_t>(row, 1, x), sample<std::uint8_t>(row, 2, x), rgb);
    default:
      return grey_to_rgb(grey(row, x), rgb);
  }
}

std::uint8_t RowConverter::high_byte(const Row& row, int channel, std::uint32_t x) const {
  if (layout_.bits == 8) return sample<std::uint8_t>(row, channel, x);
  return static_cast<std::uint8_t>(sample<std::uint16_t>(row, channel, x) >> 8);
}

/// A sample of 1, 2, 4 or 8 bits.
std::uint32_t RowConverter::level(const Row& row, std::uint32_t x) const {
  if (layout_.bits == 8) return sample<std::uint8_t>(row, 0, x);
  const std::size_t bit = std::size_t{x} * layout_.bits;
  return row.channel[0][bit / 8] >> (8 - layout_.bits - bit % 8) & ((1U << layout_.bits) - 1);
}

std::uint8_t RowConverter::grey(const Row& row, std::uint32_t x) const {
  switch (kind_) {
    case Kind::kGrey16:
      return clip(sample<std::uint16_t>(row, 0, x));
    case Kind::kGrey12:
      return clip(twelve_bits(row.channel[0], x));
    case Kind::kSigned16:
      return clip(sample<std::int16_t>(row, 0, x));
    case Kind::kSigned32:
      return clip(sample<std::int32_t>(row, 0, x));
    case Kind::kFloat32: {
      const auto value = sample<float>(row, 0, x);
      return value >= 255 ? std::uint8_t{255} : value > 0 ? static_cast<std::uint8_t>(value) : std::uint8_t{0};  // NaN is black
    }
    default: {
      const std::uint32_t value = level(row, x) * (255 / ((1U << layout_.bits) - 1));
      return static_cast<std::uint8_t>(layout_.photometric == PHOTOMETRIC_MINISWHITE ? 255 - value : value);
    }
  }
}

void RowConverter::divide_by_alpha(const Row& row, std::uint32_t x, std::uint8_t* rgb) const {
  const int alpha = high_byte(row, 3, x);
  for (int c = 0; c < 3; ++c) {
    const int value = high_byte(row, c, x);
    rgb[c] = alpha == 0 ? std::uint8_t{0} : clip(alpha == 255 ? value : value * 255 / alpha);
  }
}

}  // namespace assay::formats::tiff
