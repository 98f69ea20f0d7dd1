#pragma once
#include <array>
#include <cstdint>
#include <span>

#include "model/image/image.h"
#include "model/image/resize.h"

namespace assay {

/// Mean and standard deviation of red, green and blue, on the scale where white is 1.
struct Normalization {
  std::array<float, 3> mean, deviation;
  friend bool operator==(const Normalization&, const Normalization&) = default;
};

inline constexpr Normalization kImageNetNormalization{{.485F, .456F, .406F}, {.229F, .224F, .225F}};
inline constexpr Normalization kClipNormalization{{.48145466F, .4578275F, .40821073F}, {.26862954F, .26130258F, .27577711F}};
inline constexpr Normalization kSiglipNormalization{{.5F, .5F, .5F}, {.5F, .5F, .5F}};

/// int(255 * mean): what squares are padded with, and a picture is painted in where a run shows none.
inline constexpr std::uint8_t kImageNetMeanColour[3] = {123, 116, 103}, kClipMeanColour[3] = {122, 116, 104};

/// Bytes to floats: (x / 255 - mean) / deviation, each step rounded to float32, as numpy and ToTensor + Normalize do.
class Normalizer {
 public:
  explicit Normalizer(const Normalization& normalization, Instructions instructions = best_instructions());

  /// One row of `count` pixels to a row of each channel.  Shapes  rgb [count, 3]  ->  red, green, blue [count] each
  void normalize_row(const std::uint8_t* rgb, int count, float* red, float* green, float* blue) const;

  /// A whole picture.  Shapes  image [H, W, 3]  ->  out [3, H, W], which must have that size
  void normalize(const Image& image, std::span<float> out) const;

  /// What a byte becomes.
  [[nodiscard]] float value(int channel, std::uint8_t byte) const { return table_[channel][byte]; }

 private:
  std::array<std::array<float, 256>, 3> table_;
  Normalization normalization_;
  bool is_vectorized_ = false;  ///< the vector path was seen to give the table's value for every byte
};

}  // namespace assay
