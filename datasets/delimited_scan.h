#pragma once
#include <cstdint>
#include <string_view>
#include <vector>

namespace assay {

/// The row and cell boundaries of a delimited text, found byte by byte in pieces of any size, by the rules of pandas' C parser with its
/// default options: quotes only open a cell, two of them inside one stand for one, any of LF, CR and CRLF ends a row, and a line that is
/// empty or only spaces is no row.
///
/// Source   pandas 2.2.3, pandas/_libs/src/parser/tokenizer.c, tokenize_bytes
class DelimitedScan {
 public:
  explicit DelimitedScan(char separator) : separator_(separator) {}

  /// Reads on until a row is complete (true) or `bytes` is used up (false). `bytes` starts where the last call stopped, `position` bytes
  /// into the text; it is advanced to the first byte not yet read. Cells are only what was found of the row so far.
  [[nodiscard]] bool next_row(std::string_view bytes, std::uint64_t& position);

  /// The text ends at `position`: true when that completes a last row.
  [[nodiscard]] bool finish(std::uint64_t position);
  [[nodiscard]] bool is_inside_quotes() const noexcept { return state_ == State::kInQuotes; }

  /// Of the row found last: where it starts, and where each of its cells ends; a cell starts one byte behind the end of the one before.
  [[nodiscard]] std::uint64_t row_start() const noexcept { return row_start_; }
  [[nodiscard]] const std::vector<std::uint64_t>& cell_ends() const noexcept { return cell_ends_; }
  /// True when the row ended at a CR with no LF behind it.
  [[nodiscard]] bool ended_by_lone_cr() const noexcept { return lone_cr_; }
  /// Whether a row has begun that is not complete yet.
  [[nodiscard]] bool is_inside_row() const noexcept { return state_ != State::kStartRow && state_ != State::kBlankCr; }

 private:
  enum class State { kStartRow, kBlankLine, kBlankCr, kStartCell, kInCell, kInQuotes, kQuoteInQuotes, kAfterCr };

  void begin_row(std::uint64_t at);
  /// Takes one byte; true when it completed a row. `reread` asks to see the same byte again in the next row.
  bool step(char c, std::uint64_t at, bool& reread);
  bool end_cell_at(char c, std::uint64_t at);

  char separator_;
  State state_ = State::kStartRow;
  std::uint64_t row_start_ = 0;
  std::vector<std::uint64_t> cell_ends_;
  bool lone_cr_ = false;
};

}  // namespace assay
