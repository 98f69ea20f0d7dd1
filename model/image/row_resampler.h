#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "model/image/image.h"
#include "model/image/resample_kernels.h"
#include "model/image/resample_weights.h"

/// Private to this folder.
namespace assay::resample {

/// Weights laid out for kernels: quads of samples, zeros where a quad is wider than the weights.
struct SplitWeights {
  std::vector<int> first;           ///< per output: the first sample, or the first quad row
  std::vector<int> quads;           ///< per output
  std::vector<std::size_t> offset;  ///< per output: where its pieces begin
  std::vector<std::int32_t> pieces;
};

/// Bytes in rows that are equally far apart and may be read and written a little past their end.
class RowBuffer {
 public:
  void allocate(int rows, std::size_t row_bytes) {
    stride_ = row_bytes;
    bytes_.assign(stride_ * rows, 0);
  }
  [[nodiscard]] std::uint8_t* row(int i) { return bytes_.data() + stride_ * i; }

 private:
  std::vector<std::uint8_t> bytes_;
  std::size_t stride_ = 0;
};

/// Resizes a picture as its rows go by, four at a time, so that several sizes can be made in one pass over it and what is between
/// the two directions stays in the cache.
class RowResampler {
 public:
  RowResampler(const Image& image, int width, int height, Filter filter, const Kernels& kernels);

  /// Takes in rows 4 * quad ... 4 * quad + 3, in order, and calls emit(y, row) for every output row that is then complete.
  template <typename Emit>
  void take(int quad, const Emit& emit) {
    fill_ring(quad);
    while (next_row_ < height_ && down_.first[next_row_] + down_.quads[next_row_] <= quad + 1) {
      const int count = is_down_first_ ? make_rows_down_first() : make_row_across_first();
      for (int i = 0; i < count; ++i) emit(next_row_ - count + i, static_cast<const std::uint8_t*>(finished_.row(i)));
    }
  }

  [[nodiscard]] int quad_count() const noexcept { return (image_->height + kQuad - 1) / kQuad; }

 private:
  void fill_ring(int quad);
  void resize_across(const std::uint8_t* const* rows, std::uint8_t* quad_row) const;
  void resize_down(int y, int columns, std::uint8_t* row);
  int make_row_across_first();
  int make_rows_down_first();

  const Image* image_;
  const Kernels* kernels_;
  int width_, height_;
  bool is_down_first_;
  SplitWeights across_, down_;
  SplitWeights pick_;           ///< down only: the weights that take one row out of a quad row
  std::size_t read_bytes_ = 0;  ///< that are read from a row's first byte on
  RowBuffer edge_;              ///< copies of four rows where the kernel would read past the picture
  RowBuffer ring_;              ///< the latest quad rows
  int ring_size_ = 0;
  RowBuffer shortened_;  ///< down first: four rows that have their final height but not their width
  RowBuffer widened_;    ///< down first: the quad row made of them
  RowBuffer finished_;   ///< rows to be emitted
  std::vector<const std::uint8_t*> sources_;
  int next_row_ = 0;
};

}  // namespace assay::resample
