#pragma once
#include <string>
#include <string_view>

#include "harness/base/result.h"

namespace assay {

/// An encoded picture (JPEG, PNG, ...) as a small WebP for a page: its longer side at most `side` pixels, never enlarged.
/// Returns  a SampleFailure of stage "decode" for what decode_image refuses
[[nodiscard]] Result<std::string> make_thumbnail(std::string_view bytes, std::string_view name, int side);

}  // namespace assay
