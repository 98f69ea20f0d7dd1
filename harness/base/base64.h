#pragma once
#include <string>
#include <string_view>

namespace assay {

/// RFC 4648, section 4, padded.
[[nodiscard]] std::string base64(std::string_view bytes);

/// The bytes that hexadecimal digits stand for.
[[nodiscard]] std::string from_hexadecimal(std::string_view digits);

}  // namespace assay
