#pragma once
#include <string>
#include <string_view>

#include "harness/base/result.h"
#include "model/vlm.h"
#include "remote/options.h"

namespace assay {

/// A picture as a data URI: the file's own bytes, or decoded and written anew. With `is_blank`, one plain grey of the same size, as PNG.
/// Returns  a SampleFailure of stage "read" for a file that cannot be read or is over the limit, "decode" for one that is no picture we know, or, where it
///          has to be decoded, cannot be
[[nodiscard]] Result<std::string> picture_uri(const ImageInput& image, const PictureForm& form, const ImageLimits& limits, bool is_blank);

/// The picture written anew as JPEG of that quality, with halved chroma. Returns a SampleFailure of stage "decode" for one that cannot be decoded.
[[nodiscard]] Result<std::string> picture_as_jpeg(std::string_view bytes, const std::string& name, const ImageLimits& limits, int quality);

/// "image/jpeg" and the like, told by content; empty for none of JPEG, PNG, WebP, GIF, BMP and TIFF.
[[nodiscard]] std::string_view media_type_of(std::string_view bytes);

}  // namespace assay
