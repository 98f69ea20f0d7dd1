#pragma once
#include <tiff.h>

#include <array>
#include <cstdint>
#include <vector>

/// What the samples of a TIFF mean and how a row of them becomes RGB, by Pillow's table of known layouts, so that the same files are read
/// and the same ones refused.  Source  Pillow 13.0.0, src/PIL/TiffImagePlugin.py, OPEN_INFO
namespace assay::formats::tiff {

/// What a directory says of its samples, by libtiff's constants.
struct Layout {
  std::uint32_t width = 0, height = 0;
  std::uint16_t bits = 1, samples = 1, photometric = 0, planes = PLANARCONFIG_CONTIG, number = SAMPLEFORMAT_UINT,
                fill_order = FILLORDER_MSB2LSB;
  std::uint16_t compression = COMPRESSION_NONE, orientation = ORIENTATION_TOPLEFT;
  std::vector<std::uint16_t> extra;  ///< meaning of the samples beyond the colours
  bool is_big_endian = false;
  bool is_subsampled = false;  ///< YCbCr only: fewer samples of chroma than of luma
};

/// How one row of samples becomes RGB.
enum class Kind {
  kUnknown,
  kLevels,
  kGrey16,
  kGrey12,
  kSigned16,
  kSigned32,
  kFloat32,
  kPalette,
  kRgb,
  kRgbPremultiplied,
  kCmyk,
  kYCbCr,
  kPlainYCbCr
};

/// kUnknown for a combination that Pillow refuses.
[[nodiscard]] Kind find_kind(const Layout& layout);

/// A row of samples: where each channel's first one lies, and how far it is to the next pixel's.
struct Row {
  std::array<const std::uint8_t*, 4> channel{};
  std::size_t step = 1;
};

/// Turns rows into RGB.
class RowConverter {
 public:
  RowConverter(const Layout& layout, Kind kind) : layout_(layout), kind_(kind) {}

  /// Each of the three holds 2 to the power of Layout::bits entries of 16 bits.
  void set_palette(const std::uint16_t* red, const std::uint16_t* green, const std::uint16_t* blue);

  /// Shapes  row of `width` pixels -> rgb [width, 3]
  void convert(const Row& row, std::uint8_t* rgb, std::uint32_t width) const;

 private:
  void convert_pixel(const Row& row, std::uint32_t x, std::uint8_t* rgb) const;
  [[nodiscard]] std::uint8_t high_byte(const Row& row, int channel, std::uint32_t x) const;
  [[nodiscard]] std::uint32_t level(const Row& row, std::uint32_t x) const;
  [[nodiscard]] std::uint8_t grey(const Row& row, std::uint32_t x) const;
  void divide_by_alpha(const Row& row, std::uint32_t x, std::uint8_t* rgb) const;

  Layout layout_;
  Kind kind_;
  std::array<std::uint8_t, 768> palette_{};
};

}  // namespace assay::formats::tiff
