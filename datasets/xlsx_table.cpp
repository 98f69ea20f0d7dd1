#include "datasets/xlsx_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <set>
#include <utility>

#include "datasets/xlsx_archive.h"
#include "harness/base/error.h"
#include "harness/base/python_float.h"

namespace assay {
namespace {

constexpr std::uint32_t kMostRows = 1'048'576, kMostColumns = 16'384;  // Excel's own
constexpr std::size_t kEscapeBytes = 7;                                // _xHHHH_

using Attributes = std::vector<XlsxArchive::Attribute>;

std::string_view value_of(const Attributes& attributes, std::string_view name) {
  const auto found = std::ranges::find(attributes, name, &XlsxArchive::Attribute::name);
  return found == attributes.end() ? std::string_view() : found->value;
}

template <typename Int>
std::optional<Int> whole_number(std::string_view text, int base = 10) {
  Int value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<std::uint32_t> escape_at(std::string_view text, std::size_t at) {
  if (text.size() - at < kEscapeBytes || text[at] != '_' || text[at + 1] != 'x' || text[at + 6] != '_') return std::nullopt;
  return whole_number<std::uint32_t>(text.substr(at + 2, 4), 16);
}

void append_utf8(std::string& out, std::uint32_t letter) {
  const auto add = [&](std::uint32_t byte) { out += static_cast<char>(byte); };
  if (letter < 0x80) return add(letter);
  if (letter < 0x800) return add(0xC0 | (letter >> 6)), add(0x80 | (letter & 0x3F));
  if (letter < 0x10000) return add(0xE0 | (letter >> 12)), add(0x80 | ((letter >> 6) & 0x3F)), add(0x80 | (letter & 0x3F));
  add(0xF0 | (letter >> 18)), add(0x80 | ((letter >> 12) & 0x3F)), add(0x80 | ((letter >> 6) & 0x3F)), add(0x80 | (letter & 0x3F));
}

/// What openpyxl makes of <v>: a whole number where it is one.
std::string number_text(const std::string& stored, const std::string& where) {
  if (const auto whole = whole_number<std::int64_t>(stored)) return fmt::to_string(*whole);
  double value = 0;
  const auto [end, error] = std::from_chars(stored.data(), stored.data() + stored.size(), value);
  if (error != std::errc() || end != stored.data() + stored.size()) throw DataError(fmt::format("{}: \"{}\" is no number", where, stored.substr(0, 40)));
  constexpr double kExact = 9007199254740992;  // 2^53
  if (std::trunc(value) == value && std::abs(value) <= kExact) return fmt::to_string(static_cast<std::int64_t>(value));
  return python_float_text(value);
}

/// The texts in <t>, outside of <rPh>, which says how Japanese is pronounced.
class TextParts {
 public:
  void begin(std::string_view name) {
    if (name == "rPh") ++phonetic_;
    if (name == "t" && phonetic_ == 0) is_open_ = true;
  }
  void end(std::string_view name) {
    if (name == "rPh") --phonetic_;
    if (name == "t") is_open_ = false;
  }
  void add(std::string_view text) {
    if (is_open_) text_ += text;
  }
  std::string take() { return decode_xlsx_escapes(std::exchange(text_, {})); }

 private:
  std::string text_;
  int phonetic_ = 0;
  bool is_open_ = false;
};

std::vector<std::string> read_shared_strings(const XlsxArchive& archive, const std::string& part, const XlsxLimits& limits) {
  std::vector<std::string> strings;
  TextParts text;
  XlsxArchive::Events events;
  events.begin = [&](std::string_view name, const Attributes&) { text.begin(name); };
  events.text = [&](std::string_view piece) { text.add(piece); };
  events.end = [&](std::string_view name) {
    text.end(name);
    if (name != "si") return;
    if (strings.size() == limits.cells) throw DataError(fmt::format("more than {} texts", limits.cells));
    strings.push_back(text.take());
  };
  archive.read(part, events);
  return strings;
}

class SheetReader {
 public:
  SheetReader(XlsxTable& table, const std::vector<std::string>& strings, const XlsxLimits& limits) : table_(table), strings_(strings), limits_(limits) {}

  [[nodiscard]] XlsxArchive::Events events() {
    XlsxArchive::Events events;
    events.begin = [this](std::string_view name, const Attributes& attributes) { begin(name, attributes); };
    events.text = [this](std::string_view text) { add(text); };
    events.end = [this](std::string_view name) { end(name); };
    return events;
  }

 private:
  void begin(std::string_view name, const Attributes& attributes) {
    if (name == "row") begin_row(value_of(attributes, "r"));
    else if (name == "c") begin_cell(attributes);
    else if (name == "v") into_ = &value_;
    else if (name == "f") into_ = &formula_;
    text_.begin(name);
  }
  void add(std::string_view text) {
    if (into_ != nullptr) *into_ += text;
    text_.add(text);
  }
  void end(std::string_view name) {
    text_.end(name);
    if (name == "v" || name == "f") into_ = nullptr;
    else if (name == "c") end_cell();
    else if (name == "row") end_row();
  }

  void begin_row(std::string_view stated) {
    const auto number = stated.empty() ? std::optional(row_.number + 1) : whole_number<std::uint32_t>(stated);
    if (!number || *number <= row_.number || *number > kMostRows) {
      throw DataError(fmt::format("row \"{}\" after row {}: expected a larger number up to {}", stated, row_.number, kMostRows));
    }
    row_ = {*number, {}};
    column_ = 0;
  }

  void begin_cell(const Attributes& attributes) {
    const auto stated = value_of(attributes, "r");
    if (!stated.empty()) column_ = column_of(stated);
    else ++column_;
    if (column_ == 0 || column_ > kMostColumns) throw DataError(fmt::format("row {}: \"{}\" is no cell of a sheet", row_.number, stated));
    type_ = value_of(attributes, "t");
    value_.clear();
    formula_.clear();
    (void)text_.take();
  }

  /// 28 of "AB7"; 0 for anything else.
  static std::uint32_t column_of(std::string_view stated) {
    std::uint32_t column = 0;
    for (const char c : stated) {
      if (c >= '0' && c <= '9') return column;
      if (c < 'A' || c > 'Z' || column > kMostColumns) return 0;
      column = column * 26 + static_cast<std::uint32_t>(c - 'A' + 1);
    }
    return 0;
  }

  void end_cell() {
    std::string text = cell_text();
    const bool is_header = table_.columns.empty();
    if (text.empty() || (!is_header && column_ > table_.columns.size())) return;
    if (row_.cells.size() < column_) {
      count_ += column_ - row_.cells.size();
      if (count_ > limits_.cells) throw DataError(fmt::format("more than {} cells", limits_.cells));
      row_.cells.resize(column_);
    }
    row_.cells[column_ - 1] = std::move(text);
  }

  std::string cell_text() {
    const auto where = [&] { return fmt::format("row {}", row_.number); };
    if (!formula_.empty()) return "=" + decode_xlsx_escapes(formula_);
    if (type_ == "inlineStr") return text_.take();
    if (type_ == "e" || value_.empty()) return "";
    if (type_ == "s") {
      const auto place = whole_number<std::size_t>(value_);
      if (!place || *place >= strings_.size()) throw DataError(fmt::format("{}: there is no shared text {}; the file has {}", where(), value_.substr(0, 40), strings_.size()));
      return strings_[*place];
    }
    if (type_ == "str" || type_ == "d") return decode_xlsx_escapes(value_);
    if (type_ == "b") return value_ == "0" ? "False" : "True";
    return number_text(value_, where());
  }

  void end_row() {
    if (row_.cells.empty()) return;
    if (!table_.columns.empty()) {
      row_.cells.resize(table_.columns.size());
      table_.rows.push_back({row_.number, std::move(row_.cells)});
    } else {
      name_columns();
    }
    row_.cells = {};
  }

  /// As pandas does: "Unnamed: 2" for one without a name, "answer.1" for a name that comes again.
  void name_columns() {
    std::set<std::string> seen;
    for (std::size_t i = 0; i < row_.cells.size(); ++i) {
      const std::string name = row_.cells[i].empty() ? fmt::format("Unnamed: {}", i) : row_.cells[i];
      std::string unique = name;
      for (int again = 1; !seen.insert(unique).second; ++again) unique = fmt::format("{}.{}", name, again);
      table_.columns.push_back(std::move(unique));
    }
  }

  XlsxTable& table_;
  const std::vector<std::string>& strings_;
  const XlsxLimits& limits_;
  XlsxTable::Row row_;
  std::uint32_t column_ = 0;
  std::string type_, value_, formula_;
  std::string* into_ = nullptr;
  TextParts text_;
  std::size_t count_ = 0;
};

/// The part that holds the first sheet, by the workbook's own list.
std::string first_sheet(const XlsxArchive& archive, const std::string& workbook) {
  std::string id;
  XlsxArchive::Events events;
  events.begin = [&](std::string_view name, const Attributes& attributes) {
    if (name == "sheet" && id.empty()) id = value_of(attributes, "id");
  };
  archive.read(workbook, events);
  const auto part = id.empty() ? std::nullopt : archive.relation_of_id(workbook, id);
  if (!part) throw DataError(fmt::format("{}: names no sheet that is there", archive.where(workbook)));
  return *part;
}

}  // namespace

std::optional<std::string> XlsxTable::text(std::size_t row, std::size_t column) const { return pandas_text(rows.at(row).cells.at(column), types.at(column)); }

std::string XlsxTable::where(std::size_t row) const { return fmt::format("{}: row {}", path.string(), rows.at(row).number); }

std::string decode_xlsx_escapes(std::string_view text) {
  if (text.find("_x") == std::string_view::npos) return std::string(text);
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const auto unit = escape_at(text, at);
    if (!unit) {
      out += text[at++];
      continue;
    }
    at += kEscapeBytes;
    const bool is_high = *unit >= 0xD800 && *unit < 0xDC00, is_half = *unit >= 0xD800 && *unit < 0xE000;
    const auto low = is_high && at < text.size() ? escape_at(text, at) : std::nullopt;
    if (low && *low >= 0xDC00 && *low < 0xE000) {
      append_utf8(out, 0x10000 + ((*unit - 0xD800) << 10) + (*low - 0xDC00));
      at += kEscapeBytes;
    } else {
      append_utf8(out, is_half ? 0xFFFD : *unit);
    }
  }
  return out;
}

XlsxTable read_xlsx_table(const std::filesystem::path& path, const XlsxLimits& limits) {
  const XlsxArchive archive(path, limits.part_bytes);
  const std::string workbook = archive.relation_of_type("", "/officeDocument").value_or("xl/workbook.xml");
  if (!archive.has(workbook)) throw DataError(fmt::format("{}: a ZIP archive, and no Excel file: it has no {}", path.string(), workbook));
  const auto sheet = first_sheet(archive, workbook);
  const auto strings_part = archive.relation_of_type(workbook, "/sharedStrings");
  const auto strings = strings_part ? read_shared_strings(archive, *strings_part, limits) : std::vector<std::string>{};
  XlsxTable table;
  table.path = path;
  SheetReader reader(table, strings, limits);
  archive.read(sheet, reader.events());
  if (table.columns.empty()) throw DataError(fmt::format("{}: {}: the sheet is empty", path.string(), sheet));
  for (std::size_t column = 0; column < table.columns.size(); ++column) {
    ColumnTypeInference inference;
    for (const auto& row : table.rows) inference.add(row.cells[column]);
    table.types.push_back(inference.type());
  }
  return table;
}

}  // namespace assay
