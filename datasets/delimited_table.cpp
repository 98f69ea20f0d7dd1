#include "datasets/delimited_table.h"

#include <algorithm>
#include <limits>
#include <unordered_map>
#include <utility>

#include "datasets/delimited_scan.h"
#include "datasets/file_slice.h"
#include "datasets/utf8_check.h"
#include "harness/base/digest.h"
#include "harness/base/error.h"

namespace assay {
namespace {

constexpr std::size_t kBlockBytes = std::size_t{1} << 20;
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

/// pandas' names for columns without one, and for names that come again: `Unnamed: 3`, `a.1`.
std::vector<std::string> column_names(std::vector<std::string> header) {
  for (std::size_t i = 0; i < header.size(); ++i) {
    if (header[i].empty()) header[i] = fmt::format("Unnamed: {}", i);
  }
  std::unordered_map<std::string, int> seen;
  for (auto& name : header) {
    const std::string original = name;
    for (int count = seen[original]; count > 0;) {
      seen[original] = count + 1;
      name = fmt::format("{}.{}", original, count);
      count = std::ranges::count(header, name) > 1 ? count + 1 : seen[name];
    }
    ++seen[name];
  }
  return header;
}

}  // namespace

struct DelimitedTable::State {
  explicit State(std::filesystem::path path) : file(std::move(path)) {}

  SliceReader file;
  std::vector<std::string> columns;
  std::vector<ColumnType> types;
  std::size_t leading = 0;  ///< nameless columns in front: pandas takes them for the row index
  std::vector<std::uint64_t> row_starts;
  std::vector<std::uint64_t> row_lines;
  std::vector<std::uint32_t> cell_ends;  ///< stride cells a row, relative to the row's start
  std::string digest;

  [[nodiscard]] std::size_t stride() const noexcept { return leading + columns.size(); }
};

namespace {

/// Moves through the file block by block, holding the bytes from the start of the current row on.
class Window {
 public:
  explicit Window(const SliceReader& file) : file_(file) {}

  /// Drops what lies before `keep_from` and reads on; false at the end of the file.
  bool advance(std::uint64_t keep_from) {
    const auto dropped = static_cast<std::size_t>(keep_from - start_);
    buffer_.erase(0, dropped);
    start_ = keep_from;
    const std::size_t held = buffer_.size();
    buffer_.resize(held + std::max(kBlockBytes, held));  // doubles within one huge row, so that the copies stay linear
    const auto got = file_.read_into(buffer_.data() + held, start_ + held, buffer_.size() - held);
    buffer_.resize(held + got);
    digest_.add(std::string_view(buffer_).substr(held));
    return got != 0;
  }
  [[nodiscard]] std::uint64_t end() const noexcept { return start_ + buffer_.size(); }
  [[nodiscard]] std::string_view from(std::uint64_t offset) const { return std::string_view(buffer_).substr(static_cast<std::size_t>(offset - start_)); }
  [[nodiscard]] std::string_view between(std::uint64_t offset, std::uint64_t end) const {
    return from(offset).substr(0, static_cast<std::size_t>(end - offset));
  }
  [[nodiscard]] std::string digest() const { return digest_.hex(); }

 private:
  const SliceReader& file_;
  std::string buffer_;
  std::uint64_t start_ = 0;
  Digest digest_;
};

}  // namespace

/// Fills a State in one pass over the file.
class TableLoader {
 public:
  TableLoader(std::filesystem::path path, const TableOptions& options)
      : state_(std::make_unique<DelimitedTable::State>(std::move(path))), window_(state_->file), scan_(options.separator), options_(options) {}

  std::unique_ptr<const DelimitedTable::State> load() {
    bool has_more = window_.advance(0);
    if (!has_more) throw DataError(fmt::format("{}: the file is empty; expected a header line", name()));
    if (window_.from(0).starts_with(kByteOrderMark)) position_ = counted_to_ = kByteOrderMark.size();
    while (has_more) {
      while (scan_.next_row(window_.from(position_), position_)) take_row();
      const auto keep_from = scan_.is_inside_row() ? scan_.row_start() : position_;
      line_of(keep_from);
      has_more = window_.advance(keep_from);
    }
    if (scan_.is_inside_quotes()) {
      throw DataError(fmt::format("{}:{}: a quoted cell is not closed before the end of the file", name(), line_of(scan_.row_start())));
    }
    if (scan_.finish(position_)) take_row();
    if (!has_header_) throw DataError(fmt::format("{}: no header line; the file is blank", name()));
    for (std::size_t i = 0; i < inferences_.size(); ++i) state_->types.push_back(is_opaque_[i] ? ColumnType::kString : inferences_[i].type());
    state_->digest = window_.digest();
    return std::move(state_);
  }

 private:
  [[nodiscard]] std::string name() const { return state_->file.path().string(); }

  /// The line of an offset at or behind the last one asked for; its bytes are still in the window.
  std::uint64_t line_of(std::uint64_t offset) {
    if (offset > counted_to_) {
      const auto bytes = window_.between(counted_to_, offset);
      line_ += static_cast<std::uint64_t>(std::ranges::count(bytes, '\n'));
      counted_to_ = offset;
    }
    return line_;
  }

  void take_row() {
    line_of_row_ = line_of(scan_.row_start());
    check_text();
    if (has_header_) {
      take_cells();
    } else {
      take_header();
    }
    line_of(position_);
    if (scan_.ended_by_lone_cr()) ++line_;
  }

  [[nodiscard]] std::string_view raw_cell(std::size_t i) const {
    const auto& ends = scan_.cell_ends();
    return window_.between(i == 0 ? scan_.row_start() : ends[i - 1] + 1, ends[i]);
  }

  void check_text() {
    const auto row = window_.between(scan_.row_start(), scan_.cell_ends().back());
    const auto nul = row.find('\0');
    const auto broken = nul != std::string_view::npos ? nul : first_invalid_utf8(row);
    if (broken == std::string_view::npos) return;
    const auto at = scan_.row_start() + broken;
    const auto cell = static_cast<std::size_t>(std::ranges::lower_bound(scan_.cell_ends(), at) - scan_.cell_ends().begin());
    const auto before = window_.between(scan_.row_start(), at);
    const auto line = line_of_row_ + static_cast<std::uint64_t>(std::ranges::count(before, '\n'));
    const auto what = nul != std::string_view::npos ? std::string("a NUL byte")
                                                    : fmt::format("byte 0x{:02X} is not UTF-8 text; convert the file to UTF-8", static_cast<unsigned char>(row[broken]));
    const auto named = cell >= state_->leading ? cell - state_->leading : state_->columns.size();
    throw DataError(fmt::format("{}:{}:{}: {}", name(), line, named < state_->columns.size() ? state_->columns[named] : fmt::format("cell {}", cell + 1), what));
  }

  void take_header() {
    std::vector<std::string> header;
    for (std::size_t i = 0; i < scan_.cell_ends().size(); ++i) header.push_back(unquote_cell(raw_cell(i)));
    state_->columns = column_names(std::move(header));
    inferences_.resize(state_->columns.size());
    for (const auto& column : state_->columns) is_opaque_.push_back(std::ranges::count(options_.opaque_columns, column) != 0);
    has_header_ = true;
  }

  void take_cells() {
    const std::size_t count = scan_.cell_ends().size(), named = state_->columns.size();
    if (state_->row_starts.empty() && count > named) state_->leading = count - named;
    if (count > state_->stride()) {
      throw DataError(fmt::format("{}:{}: expected {} cells, found {}; is a quote or a separator missing in this row?", name(), line_of_row_,
                                  state_->stride(), count));
    }
    const auto start = scan_.row_start();
    if (scan_.cell_ends().back() - start > std::numeric_limits<std::uint32_t>::max()) {
      throw DataError(fmt::format("{}:{}: a row of over 4 GiB", name(), line_of_row_));
    }
    state_->row_starts.push_back(start);
    state_->row_lines.push_back(line_of_row_);
    for (std::size_t i = 0; i < state_->stride(); ++i) {
      const auto end = scan_.cell_ends()[std::min(i, count - 1)];
      state_->cell_ends.push_back(static_cast<std::uint32_t>(end - start));
      if (i >= state_->leading) infer(i - state_->leading, i < count ? raw_cell(i) : std::string_view());
    }
  }

  void infer(std::size_t column, std::string_view raw) {
    if (is_opaque_[column]) return;
    if (raw.starts_with('"')) {
      inferences_[column].add(unquote_cell(raw));
    } else {
      inferences_[column].add(raw);
    }
  }

  std::unique_ptr<DelimitedTable::State> state_;
  Window window_;
  DelimitedScan scan_;
  const TableOptions& options_;
  std::uint64_t position_ = 0;
  std::uint64_t counted_to_ = 0;
  std::uint64_t line_ = 1;
  std::uint64_t line_of_row_ = 1;
  bool has_header_ = false;
  std::vector<ColumnTypeInference> inferences_;
  std::vector<bool> is_opaque_;
};

DelimitedTable::DelimitedTable(std::filesystem::path path, const TableOptions& options) : state_(TableLoader(std::move(path), options).load()) {}
DelimitedTable::~DelimitedTable() = default;
DelimitedTable::DelimitedTable(DelimitedTable&&) noexcept = default;
DelimitedTable& DelimitedTable::operator=(DelimitedTable&&) noexcept = default;

const std::filesystem::path& DelimitedTable::path() const { return state_->file.path(); }
const std::vector<std::string>& DelimitedTable::columns() const { return state_->columns; }
ColumnType DelimitedTable::column_type(std::size_t column) const { return state_->types.at(column); }
std::size_t DelimitedTable::row_count() const { return state_->row_starts.size(); }
std::uint64_t DelimitedTable::line(std::size_t row) const { return state_->row_lines.at(row); }
const std::string& DelimitedTable::digest() const { return state_->digest; }

std::optional<std::size_t> DelimitedTable::find_column(std::string_view name) const {
  const auto found = std::ranges::find(state_->columns, name);
  if (found == state_->columns.end()) return std::nullopt;
  return static_cast<std::size_t>(found - state_->columns.begin());
}

DelimitedTable::Slice DelimitedTable::slice(std::size_t row, std::size_t column) const {
  const auto row_start = state_->row_starts.at(row);
  const std::size_t i = row * state_->stride() + state_->leading + column;
  const bool is_first = state_->leading + column == 0;
  const std::uint64_t start = is_first ? 0 : state_->cell_ends[i - 1] + std::uint64_t{1};
  const std::uint64_t end = state_->cell_ends[i];
  return {row_start + start, end > start ? end - start : 0};  // a padded cell ends before it starts
}

std::string DelimitedTable::cell(std::size_t row, std::size_t column) const {
  const auto [offset, length] = slice(row, column);
  return unquote_cell(read(offset, length));
}

std::optional<std::string> DelimitedTable::text(std::size_t row, std::size_t column) const {
  return pandas_text(cell(row, column), column_type(column));
}

std::string DelimitedTable::read(std::uint64_t offset, std::uint64_t length) const {
  return length == 0 ? std::string() : state_->file.read(offset, length);
}

std::string DelimitedTable::where(std::size_t row, std::size_t column) const {
  return fmt::format("{}:{}:{}", path().string(), line(row), columns().at(column));
}

std::string unquote_cell(std::string_view raw) {
  if (!raw.starts_with('"')) return std::string(raw);
  std::string text;
  text.reserve(raw.size());
  std::size_t i = 1;
  for (; i < raw.size(); ++i) {
    if (raw[i] != '"') {
      text += raw[i];
    } else if (i + 1 < raw.size() && raw[i + 1] == '"') {
      text += raw[i++];
    } else {
      break;
    }
  }
  if (i < raw.size()) text += raw.substr(i + 1);  // behind the closing quote, quotes are letters
  return text;
}

}  // namespace assay
