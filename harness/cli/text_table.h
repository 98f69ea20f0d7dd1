#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace assay {

/// Columns on a terminal, not bytes: category names come in any script, and Chinese letters are two columns wide.
[[nodiscard]] std::size_t columns_of_text(std::string_view text);

/// Rows of equal length as lines, the first being the header. The first column is aligned left, the others right.
[[nodiscard]] std::string text_table(const std::vector<std::vector<std::string>>& rows);

}  // namespace assay
