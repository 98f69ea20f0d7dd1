#include "reports/html/table.h"

#include <fmt/format.h>

#include <utility>

#include "reports/escaping.h"
#include "reports/number_text.h"

namespace assay::html {
namespace {

constexpr std::size_t kNameLetters = 60;
/// A longer text is folded: drawing hundreds of kilobytes of it in a table takes a browser minutes.
constexpr std::size_t kCellLetters = 240;
constexpr std::size_t kMostLetters = 20'000;

std::string text_markup(const std::string& text) {
  const std::string beginning = shortened(text, kCellLetters);
  if (beginning == text) return fmt::format("<bdi>{}</bdi>", markup_escaped(text));
  return fmt::format("<details><summary><bdi>{}</bdi></summary><bdi>{}</bdi></details>", markup_escaped(beginning),
                     markup_escaped(shortened(text, kMostLetters)));
}

std::string cell_markup(const Cell& cell, const PageTable::Column& column) {
  const std::string key = cell.sort_key.empty() ? "" : fmt::format(" data-v=\"{}\"", cell.sort_key);
  const std::string text = cell.css_class.empty()
                               ? text_markup(cell.text)
                               : fmt::format("<span class=\"{}\">{}</span>", cell.css_class, markup_escaped(cell.text));
  return fmt::format("<td class=\"{}\"{}>{}</td>", column.is_number ? "number" : column.is_wide ? "text wide" : "text", key, text);
}

}  // namespace

Cell text_cell(std::string text) { return {std::move(text), "", ""}; }

Cell number_cell(double value, std::string text) { return {std::move(text), exact_text(value, "NaN"), ""}; }

Cell count_cell(std::int64_t count) { return {count_text(count), fmt::format("{}", count), ""}; }

const char* colour_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::kIncomparable:
    case Verdict::kInfra:
    case Verdict::kFail:
      return "bad";
    case Verdict::kSuspect:
    case Verdict::kInconclusive:
      return "doubt";
    case Verdict::kImproved:
    case Verdict::kPass:
      return "good";
  }
  return "flat";
}

Cell verdict_mark(Verdict verdict, bool counts) {
  return {counts ? name_of(verdict) : fmt::format("({})", name_of(verdict)),
          fmt::format("{}", static_cast<int>(verdict) + (counts ? 0 : 10)),
          fmt::format("verdict {}", counts ? colour_of(verdict) : "flat")};
}

std::string page_table(const PageTable& table) {
  if (table.rows.empty()) return "";
  std::string text = fmt::format(
      "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"{}\">\n<table class=\"sortable\">\n<thead><tr>",
      markup_escaped(table.label));
  for (const auto& column : table.columns)
    text += fmt::format("<th scope=\"col\"{}>{}</th>", column.is_number ? " class=\"number\"" : "",
                        markup_escaped(shortened(column.name, kNameLetters)));
  text += "</tr></thead>\n<tbody>\n";
  for (const auto& row : table.rows) {
    text += row.css_class.empty() ? "<tr>" : fmt::format("<tr class=\"{}\">", row.css_class);
    for (std::size_t c = 0; c < row.cells.size(); ++c)
      text += cell_markup(row.cells[c], c < table.columns.size() ? table.columns[c] : PageTable::Column{});
    text += "</tr>\n";
  }
  return text + "</tbody>\n</table>\n</div>\n";
}

}  // namespace assay::html
