#include "harness/cli/text_table.h"

#include <algorithm>

namespace assay {

std::size_t columns_of_text(std::string_view text) {
  std::size_t columns = 0;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte & 0xC0) == 0x80) continue;                                    // inside a letter
    columns += (byte >= 0xE3 && byte <= 0xED) || byte >= 0xF0 ? 2U : 1U;    // U+3000 to U+DFFF, and emoji
  }
  return columns;
}

std::string text_table(const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::size_t> widths;
  for (const auto& row : rows) {
    widths.resize(std::max(widths.size(), row.size()), 0);
    for (std::size_t c = 0; c < row.size(); ++c) widths[c] = std::max(widths[c], columns_of_text(row[c]));
  }
  std::string text;
  for (const auto& row : rows) {
    for (std::size_t c = 0; c < row.size(); ++c) {
      const std::string space(widths[c] - columns_of_text(row[c]), ' ');
      text += "  ";
      text += c == 0 ? row[c] + space : space + row[c];
    }
    text.erase(text.find_last_not_of(' ') + 1);
    text += '\n';
  }
  return text;
}

}  // namespace assay
