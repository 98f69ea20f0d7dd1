#pragma once
#include <string_view>

namespace assay {

/// What counts as a space beside an added token: Rust's `\s` (Unicode's White_Space) in tokenizers, str.isspace in Python, which adds
/// the separators U+001C to U+001F.
enum class WhiteSpace { kUnicode, kPython };

[[nodiscard]] bool is_white_space(char32_t letter, WhiteSpace kind);

/// How many bytes of white space `text` (valid UTF-8) begins and ends with.
[[nodiscard]] std::size_t leading_white_space(std::string_view text, WhiteSpace kind);
[[nodiscard]] std::size_t trailing_white_space(std::string_view text, WhiteSpace kind);

}  // namespace assay
