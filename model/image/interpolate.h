#pragma once
#include <span>

#include "model/image/image.h"
#include "model/image/normalize.h"

namespace assay {

/// The normalised picture at width x height by bicubic interpolation *without* antialiasing: the 16 pixels around each sample, a = -0.75, half-pixel
/// centres, edges repeated. Equal to torch.nn.functional.interpolate(mode="bicubic", align_corners=False) on the normalised tensor to about 1e-6:
/// the same float32 weights, but the order of the sums is not promised there.
///
/// Shapes   image [H, W, 3]  ->  out [3, height, width], which must have that size
/// Source   pytorch/pytorch aten/src/ATen/native/UpSample.h, get_cubic_upsample_coefficients and area_pixel_compute_source_index
void interpolate_bicubic(const Image& image, const Normalizer& normalizer, int width, int height, std::span<float> out);

}  // namespace assay
