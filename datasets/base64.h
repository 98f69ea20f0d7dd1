#pragma once
#include <string>

#include "harness/base/result.h"

namespace assay {

/// The bytes that Python's base64.b64decode gives for `text`: letters outside the alphabet (white space, line ends, quotes) are skipped,
/// what follows a complete padding is ignored. Wrong padding is a failure of stage "read".
/// Decodes in the memory of `text`: pass a temporary.
///
/// Source   CPython 3.11, Modules/binascii.c, a2b_base64 without strict mode
[[nodiscard]] Result<std::string> decode_base64(std::string text);

}  // namespace assay
