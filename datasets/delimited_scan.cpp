#include "datasets/delimited_scan.h"

#include <cstring>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace assay {
namespace {

/// How many bytes pass before the first separator, LF or CR. Cells that hold a picture are megabytes long, so this is the hot loop.
std::size_t plain_length(std::string_view bytes, char separator) {
  std::size_t i = 0;
#if defined(__SSE2__)
  const auto wide_separator = _mm_set1_epi8(separator), wide_lf = _mm_set1_epi8('\n'), wide_cr = _mm_set1_epi8('\r');
  for (; i + 16 <= bytes.size(); i += 16) {
    __m128i block;
    std::memcpy(&block, bytes.data() + i, sizeof(block));
    const auto hit = _mm_or_si128(_mm_cmpeq_epi8(block, wide_separator), _mm_or_si128(_mm_cmpeq_epi8(block, wide_lf), _mm_cmpeq_epi8(block, wide_cr)));
    const auto mask = static_cast<unsigned>(_mm_movemask_epi8(hit));
    if (mask != 0) return i + static_cast<std::size_t>(__builtin_ctz(mask));
  }
#endif
  while (i < bytes.size() && bytes[i] != separator && bytes[i] != '\n' && bytes[i] != '\r') ++i;
  return i;
}

std::size_t length_to_quote(std::string_view bytes) {
  const auto* quote = static_cast<const char*>(std::memchr(bytes.data(), '"', bytes.size()));
  return quote == nullptr ? bytes.size() : static_cast<std::size_t>(quote - bytes.data());
}

}  // namespace

void DelimitedScan::begin_row(std::uint64_t at) {
  row_start_ = at;
  cell_ends_.clear();
  lone_cr_ = false;
}

/// A byte that ends the cell in any state that is not inside quotes; true when it ends the row too.
bool DelimitedScan::end_cell_at(char c, std::uint64_t at) {
  cell_ends_.push_back(at);
  if (c == '\n') {
    state_ = State::kStartRow;
    return true;
  }
  state_ = c == '\r' ? State::kAfterCr : State::kStartCell;
  return false;
}

bool DelimitedScan::step(char c, std::uint64_t at, bool& reread) {
  const bool ends_cell = c == separator_ || c == '\n' || c == '\r';
  switch (state_) {
    case State::kBlankCr:
      state_ = State::kStartRow;
      if (c == '\n' || c == separator_) return false;  // pandas swallows a separator behind a blank line that ends in CR
      [[fallthrough]];
    case State::kStartRow:
      if (c == '\n') return false;
      if (c == '\r') {
        state_ = State::kBlankCr;
        return false;
      }
      begin_row(at);
      if ((c == ' ' || c == '\t') && c != separator_) {
        state_ = State::kBlankLine;
        return false;
      }
      state_ = State::kStartCell;
      [[fallthrough]];
    case State::kStartCell:
      if (ends_cell) return end_cell_at(c, at);
      state_ = c == '"' ? State::kInQuotes : State::kInCell;
      return false;
    case State::kBlankLine:
      if (c == '\n') {
        state_ = State::kStartRow;
      } else if (c == '\r') {
        state_ = State::kBlankCr;
      } else if (ends_cell) {
        return end_cell_at(c, at);
      } else if (c != ' ' && c != '\t') {
        state_ = State::kInCell;  // the spaces were the start of a cell
      }
      return false;
    case State::kInCell:
      if (ends_cell) return end_cell_at(c, at);
      return false;
    case State::kInQuotes:
      if (c == '"') state_ = State::kQuoteInQuotes;
      return false;
    case State::kQuoteInQuotes:
      if (c == '"') {
        state_ = State::kInQuotes;
        return false;
      }
      if (ends_cell) return end_cell_at(c, at);
      state_ = State::kInCell;  // text behind a closing quote goes on as plain text
      return false;
    case State::kAfterCr:
      lone_cr_ = c != '\n';
      reread = lone_cr_;
      state_ = State::kStartRow;
      return true;
  }
  return false;
}

bool DelimitedScan::next_row(std::string_view bytes, std::uint64_t& position) {
  std::size_t i = 0;
  while (i < bytes.size()) {
    if (state_ == State::kInCell) i += plain_length(bytes.substr(i), separator_);
    if (state_ == State::kInQuotes) i += length_to_quote(bytes.substr(i));
    if (i >= bytes.size()) break;
    bool reread = false;
    const bool is_complete = step(bytes[i], position + i, reread);
    if (!reread) ++i;
    if (is_complete) {
      position += i;
      return true;
    }
  }
  position += bytes.size();
  return false;
}

bool DelimitedScan::finish(std::uint64_t position) {
  switch (state_) {
    case State::kStartRow:
    case State::kBlankCr:
    case State::kBlankLine: return false;
    case State::kAfterCr: break;
    default: cell_ends_.push_back(position);
  }
  state_ = State::kStartRow;
  return true;
}

}  // namespace assay
