#pragma once
#include <string>
#include <string_view>

namespace assay {

/// `text` with each maximal broken sequence replaced by U+FFFD, as Python's bytes.decode("utf-8", "replace") does
/// (Unicode 15.0, section 3.9, "U+FFFD substitution of maximal subparts").
[[nodiscard]] std::string replace_invalid_utf8(std::string_view text);

/// How many bytes at the end of `text` begin a letter that is not complete yet: 0 to 3. A stream holds them back.
[[nodiscard]] std::size_t incomplete_utf8_tail(std::string_view text);

/// `text` without white space at both ends, white space being what Python's str.strip() takes for it.
[[nodiscard]] std::string_view strip_white_space(std::string_view text);

}  // namespace assay
