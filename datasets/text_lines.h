#pragma once
#include <string_view>
#include <vector>

namespace assay {

/// A small text file's lines without LF or CRLF; a byte order mark and blank lines at the end are dropped. Views into `text`.
[[nodiscard]] std::vector<std::string_view> text_lines(std::string_view text);

/// The parts between separators, as Python's str.split(separator) gives them: always at least one.
[[nodiscard]] std::vector<std::string_view> split_by(std::string_view line, char separator);

}  // namespace assay
