#include "model/tokenizer/piece_joiner.h"

#include <sentencepiece_processor.h>

#include "harness/base/utf8.h"
#include "model/tokenizer/byte_token.h"
#include "model/tokenizer/utf8_letter.h"

namespace assay {
namespace {

constexpr std::string_view kSpace = "\xE2\x96\x81";  // U+2581
constexpr std::string_view kReplacementLetter = "\xEF\xBF\xBD";

}  // namespace

void PieceJoiner::push(std::string_view piece, int id, std::string& out) {
  if (processor_.IsByte(id)) {
    if (const auto byte = byte_of_token(piece)) return push_byte(*byte, out);
  }
  flush_bytes(out);
  if (has_dropped_space_ || !is_empty_) may_drop_space_ = false;
  const std::string text = surface(piece, id);
  is_empty_ = is_empty_ && text.empty();
  out += text;
}

std::string PieceJoiner::surface(std::string_view piece, int id) {
  has_dropped_space_ = false;
  if (processor_.IsControl(id)) return "";
  if (processor_.IsUnknown(id)) return processor_.IdToPiece(id) == piece ? flags_.unk_surface : std::string(piece);
  if (may_drop_space_ && (flags_.add_dummy_prefix || flags_.remove_extra_whitespaces) && piece.starts_with(kSpace)) {
    piece.remove_prefix(kSpace.size());
    has_dropped_space_ = !flags_.remove_extra_whitespaces;  // where white space is squeezed, all of it is dropped in front
  }
  std::string text;
  for (std::size_t at; (at = piece.find(kSpace)) != std::string_view::npos; piece.remove_prefix(at + kSpace.size())) {
    text += piece.substr(0, at);
    text += ' ';
  }
  text += piece;
  return text;
}

void PieceJoiner::push_byte(char byte, std::string& out) {
  is_empty_ = false;
  bytes_ += byte;
  while (!bytes_.empty() && incomplete_utf8_tail(bytes_) != bytes_.size()) {
    const std::string_view letter = std::string_view(bytes_).substr(0, letter_length(bytes_[0]));
    const bool is_letter = letter.size() == letter_length(bytes_[0]) && replace_invalid_utf8(letter) == letter;
    out += is_letter ? letter : kReplacementLetter;
    bytes_.erase(0, is_letter ? letter.size() : 1);
  }
}

void PieceJoiner::flush_bytes(std::string& out) {
  for (std::size_t i = 0; i < bytes_.size(); ++i) out += kReplacementLetter;
  bytes_.clear();
}

void PieceJoiner::finish(std::string& out) {
  flush_bytes(out);
  is_empty_ = may_drop_space_ = true;
  has_dropped_space_ = false;
}

}  // namespace assay
