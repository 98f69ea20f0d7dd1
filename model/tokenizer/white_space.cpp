#include "model/tokenizer/white_space.h"

#include "model/tokenizer/utf8_letter.h"

namespace assay {

bool is_white_space(char32_t c, WhiteSpace kind) {
  if (c >= 0x1C && c <= 0x1F) return kind == WhiteSpace::kPython;
  return (c >= 0x09 && c <= 0x0D) || c == 0x20 || c == 0x85 || c == 0xA0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200A) || c == 0x2028 ||
         c == 0x2029 || c == 0x202F || c == 0x205F || c == 0x3000;
}

std::size_t leading_white_space(std::string_view text, WhiteSpace kind) {
  std::size_t count = 0;
  while (count < text.size() && is_white_space(first_letter(text.substr(count)), kind)) count += letter_length(text[count]);
  return count;
}

std::size_t trailing_white_space(std::string_view text, WhiteSpace kind) {
  std::size_t end = text.size();
  while (end > 0) {
    const std::string_view last = last_letter_bytes(text.substr(0, end));
    if (!is_white_space(first_letter(last), kind)) break;
    end -= last.size();
  }
  return text.size() - end;
}

}  // namespace assay
