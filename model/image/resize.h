#pragma once
#include "model/image/image.h"

namespace assay {

enum class Filter { kNearest, kBox, kBilinear, kHamming, kBicubic, kLanczos };

/// Which instructions resampling uses. Every kind gives the same bytes.
enum class Instructions { kPlain, kAvx2, kAvx512 };

/// The fastest kind that this machine runs; kAvx512 asks for BW, VL, VNNI and VBMI.
[[nodiscard]] Instructions best_instructions();

/// Whether this machine runs `kind`.
[[nodiscard]] bool has_instructions(Instructions kind);

/// `image` at width x height (both at least 1), bit for bit as Pillow's `Image.resize((width, height), filter)` on 8-bit RGB:
/// separable and anti-aliased; weights in 22-bit fixed point; rounded and clipped to 8 bits between the two passes. The pass across
/// comes first, except where the height shrinks by more than twice what the width does: so since Pillow 13, while older ones always
/// go across first and then differ from us in the last bit on such shapes.
/// Source   python-pillow/Pillow 13.0.0, src/libImaging/Resample.c; nearest: Geometry.c, ImagingScaleAffine
[[nodiscard]] Image resize(const Image& image, int width, int height, Filter filter);
[[nodiscard]] Image resize(const Image& image, int width, int height, Filter filter, Instructions instructions);

}  // namespace assay
