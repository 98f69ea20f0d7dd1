#pragma once
#include <string_view>

#include "harness/base/result.h"
#include "model/image/image.h"
#include "model/vlm.h"

namespace assay {

/// The picture in an encoded file: JPEG, PNG, WebP, GIF, BMP or TIFF, told apart by content and never by name.
///
/// Gives the bytes of Pillow 13's `Image.open(file).convert("RGB")`: alpha is dropped and not composited, 16-bit grey is clipped at
/// 255 and other 16-bit samples keep their high byte, CMYK is converted without a profile, the first frame stands for an animation,
/// EXIF orientation is not applied (TIFF's own orientation tag is, as Pillow does).
///
/// `name` goes into messages. Nothing is allocated for pixels before their number has been compared with `limits`.
/// Returns  a SampleFailure of stage "decode" for what is truncated, corrupt, too large, or of another format
/// Source   python-pillow/Pillow 13.0.0, src/PIL/*ImagePlugin.py and src/libImaging/*Decode.c, Convert.c, Unpack.c
[[nodiscard]] Result<Image> decode_image(std::string_view bytes, std::string_view name, const ImageLimits& limits = {});

}  // namespace assay
