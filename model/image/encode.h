#pragma once
#include <string>

#include "harness/base/result.h"
#include "model/image/image.h"

/// Pictures as files, in memory.
/// Returns  a SampleFailure of stage "decode" that names the picture, for one that its format cannot hold
namespace assay {

[[nodiscard]] Result<std::string> encode_png(const Image& image, const std::string& name);

/// With halved chroma.
[[nodiscard]] Result<std::string> encode_jpeg(const Image& image, const std::string& name, int quality);

}  // namespace assay
