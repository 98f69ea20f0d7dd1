#include "reports/text_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "reports/escaping.h"

namespace assay {
namespace {

constexpr std::size_t kMostLetters = 120;  ///< of a cell on a terminal

/// Columns on a terminal, not bytes: category names come in any script, and Chinese letters are two columns wide.
std::size_t width_of(std::string_view text) {
  std::size_t width = 0;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool begins_letter = (byte & 0xC0) != 0x80;
    const bool is_wide = (byte >= 0xE3 && byte <= 0xED) || byte >= 0xF0;  // U+3000 to U+DFFF, and emoji
    width += begins_letter ? (is_wide ? 2 : 1) : 0;
  }
  return width;
}

std::string padded(std::string_view text, std::size_t width, bool is_right_aligned) {
  const std::string space(width - std::min(width, width_of(text)), ' ');
  return is_right_aligned ? fmt::format("{}{}", space, text) : fmt::format("{}{}", text, space);
}

std::string markdown_line(const Row& row) {
  std::string line = "|";
  for (const auto& cell : row) line += fmt::format(" {} |", markdown_escaped(cell));
  return line + "\n";
}

Row header_of(const Table& table) {
  Row header;
  for (const auto& column : table.columns) header.push_back(column.name);
  return header;
}

std::string latex_line(const Row& row) {
  std::string line;
  for (std::size_t c = 0; c < row.size(); ++c) line += fmt::format("{}{}", c == 0 ? "  " : " & ", row[c]);
  return line + " \\\\\n";
}

}  // namespace

std::string console_table(const Table& table) {
  std::vector<Row> rows = {header_of(table)};
  rows.insert(rows.end(), table.rows.begin(), table.rows.end());
  for (auto& row : rows)
    for (auto& cell : row) cell = console_escaped(shortened(cell, kMostLetters));
  std::vector<std::size_t> widths(table.columns.size(), 0);
  for (const auto& row : rows)
    for (std::size_t c = 0; c < widths.size(); ++c) widths[c] = std::max(widths[c], width_of(row[c]));
  std::string text;
  for (const auto& row : rows) {
    std::string line = " ";
    for (std::size_t c = 0; c < widths.size(); ++c)
      line += fmt::format(" {} ", padded(row[c], widths[c], table.columns[c].is_right_aligned));
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + "\n";
  }
  return text;
}

std::string markdown_table(const Table& table, std::size_t most_bytes) {
  std::string text = markdown_line(header_of(table));
  text += '|';
  for (const auto& column : table.columns) text += column.is_right_aligned ? "---:|" : "---|";
  text += '\n';
  std::size_t shown = 0;
  for (; shown < table.rows.size(); ++shown) {
    const std::string line = markdown_line(table.rows[shown]);
    if (text.size() + line.size() > most_bytes) break;
    text += line;
  }
  if (shown < table.rows.size()) text += fmt::format("\n{} more rows are left out.\n", table.rows.size() - shown);
  return text;
}

std::string latex_table(const Table& table) {
  std::string columns;
  for (const auto& column : table.columns) columns += column.is_right_aligned ? 'r' : 'l';
  Row header;
  for (const auto& column : table.columns) header.push_back(latex_escaped(column.name));
  std::string text = fmt::format("\\begin{{tabular}}{{{}}}\n  \\toprule\n{}  \\midrule\n", columns, latex_line(header));
  for (const auto& row : table.rows) text += latex_line(row);
  return text + "  \\bottomrule\n\\end{tabular}\n";
}

}  // namespace assay
