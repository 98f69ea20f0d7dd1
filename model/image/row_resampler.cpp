#include "model/image/row_resampler.h"

#include <algorithm>
#include <cstring>

namespace assay::resample {
namespace {

int round_up(int value, int step) { return (value + step - 1) / step * step; }

// `lead` zeros, then the weights of `output`, split in quads.
void append_pieces(const Weights& weights, int output, int lead, int quads, const Kernels& kernels, SplitWeights& split) {
  std::vector<std::int32_t> padded(static_cast<std::size_t>(quads) * kQuad);
  std::copy_n(weights.of(output), weights.length[output], padded.begin() + lead);
  split.offset.push_back(split.pieces.size());
  split.pieces.resize(split.pieces.size() + static_cast<std::size_t>(quads) * kernels.pieces_per_quad);
  for (int quad = 0; quad < quads; ++quad) {
    kernels.split(padded.data() + kQuad * quad,
                  split.pieces.data() + split.offset.back() + std::size_t(kernels.pieces_per_quad) * quad);
  }
}

// Across, quads begin at any sample, all outputs have as many, and the number of outputs is filled up with copies of the last.
SplitWeights split_across(const Weights& weights, const Kernels& kernels) {
  SplitWeights split;
  const int quads = round_up(*std::max_element(weights.length.begin(), weights.length.end()), kQuad) / kQuad;
  for (int output = 0; output < round_up(weights.count(), kQuad); ++output) {
    const int source = std::min(output, weights.count() - 1);
    split.first.push_back(weights.first[source]);
    split.quads.push_back(quads);
    append_pieces(weights, source, 0, quads, kernels, split);
  }
  return split;
}

// Down, quads are the quad rows, which begin at every fourth row.
SplitWeights split_down(const Weights& weights, const Kernels& kernels) {
  SplitWeights split;
  for (int output = 0; output < weights.count(); ++output) {
    const int lead = weights.first[output] % kQuad;
    const int quads = round_up(lead + weights.length[output], kQuad) / kQuad;
    split.first.push_back(weights.first[output] / kQuad);
    split.quads.push_back(quads);
    append_pieces(weights, output, lead, quads, kernels, split);
  }
  return split;
}

}  // namespace

RowResampler::RowResampler(const Image& image, int width, int height, Filter filter, const Kernels& kernels)
    : image_(&image),
      kernels_(&kernels),
      width_(width),
      height_(height),
      is_down_first_(goes_down_first(image.width, image.height, width, height)) {
  across_ = split_across(make_weights(image.width, width, filter), kernels);
  down_ = split_down(make_weights(image.height, height, filter), kernels);
  pick_ = split_down(make_weights(kQuad, kQuad, filter), kernels);
  const int last = *std::max_element(across_.first.begin(), across_.first.end());
  read_bytes_ = std::size_t{3} * (static_cast<std::size_t>(last) + static_cast<std::size_t>(across_.quads.front()) * kQuad) + 4;
  const std::size_t in_bytes = std::max(read_bytes_, image.row_bytes() + kBytePadding);
  const std::size_t out_bytes = static_cast<std::size_t>(round_up(width, kQuad)) * 3 + kBytePadding;
  ring_size_ = *std::max_element(down_.quads.begin(), down_.quads.end()) + 1;
  edge_.allocate(kQuad, in_bytes);
  ring_.allocate(ring_size_, kQuad * (is_down_first_ ? in_bytes : out_bytes));
  finished_.allocate(kQuad, out_bytes);
  if (!is_down_first_) return;
  shortened_.allocate(kQuad, in_bytes);
  widened_.allocate(1, kQuad * out_bytes);
}

void RowResampler::resize_across(const std::uint8_t* const* rows, std::uint8_t* quad_row) const {
  kernels_->across(
      rows, {across_.first.data(), across_.pieces.data(), across_.quads.front(), static_cast<int>(across_.first.size())}, quad_row);
}

void RowResampler::fill_ring(int quad) {
  const int first = quad * kQuad, count = std::min(kQuad, image_->height - first);
  const std::size_t stride = image_->row_bytes(),
                    last_read = stride * (first + kQuad - 1) + std::max(read_bytes_, stride + kBytePadding);
  const std::uint8_t* rows[kQuad];
  const bool is_inside = count == kQuad && last_read <= image_->rgb.size();
  for (int r = 0; r < kQuad; ++r) {
    if (!is_inside && r < count) std::memcpy(edge_.row(r), image_->row(first + r), stride);
    rows[r] = is_inside ? image_->row(first + r) : edge_.row(r);
  }
  std::uint8_t* quad_row = ring_.row(quad % ring_size_);
  if (is_down_first_ || width_ == image_->width) {
    interleave(rows, stride, quad_row);
  } else {
    resize_across(rows, quad_row);
  }
}

void RowResampler::resize_down(int y, int columns, std::uint8_t* row) {
  sources_.clear();
  for (int i = 0; i < down_.quads[y]; ++i) sources_.push_back(ring_.row((down_.first[y] + i) % ring_size_));
  kernels_->down(sources_.data(), down_.quads[y], down_.pieces.data() + down_.offset[y], columns, row);
}

// Returns the number of rows made: one.
int RowResampler::make_row_across_first() {
  resize_down(next_row_++, width_ * 3, finished_.row(0));
  return 1;
}

// Returns the number of rows made: none until four wait for the pass across, or the last ones do.
int RowResampler::make_rows_down_first() {
  resize_down(next_row_, image_->width * 3, shortened_.row(next_row_ % kQuad));
  ++next_row_;
  if (next_row_ % kQuad != 0 && next_row_ != height_) return 0;
  const std::uint8_t* const rows[kQuad] = {shortened_.row(0), shortened_.row(1), shortened_.row(2), shortened_.row(3)};
  resize_across(rows, widened_.row(0));
  const std::uint8_t* const source = widened_.row(0);
  const int count = (next_row_ - 1) % kQuad + 1;
  for (int r = 0; r < count; ++r) kernels_->down(&source, 1, pick_.pieces.data() + pick_.offset[r], width_ * 3, finished_.row(r));
  return count;
}

}  // namespace assay::resample
