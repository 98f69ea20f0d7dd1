#include "metrics/ptb_letters.h"

#include <unicode/uchar.h>

#include "metrics/python_text.h"

namespace assay::ptb {
namespace {

constexpr char32_t kLastOfPlane = 0xFFFF;  ///< the lexer sees two halves of a letter beyond, and throws both away

}  // namespace

bool is_letter(char32_t letter) { return letter <= kLastOfPlane && python::is_alphabetic(letter); }
bool is_letter_or_digit(char32_t letter) { return is_letter(letter) || is_digit(letter); }
bool is_upper(char32_t letter) { return letter >= U'A' && letter <= U'Z'; }
bool is_ascii_digit(char32_t letter) { return letter >= U'0' && letter <= U'9'; }
bool is_ascii_alphanumeric(char32_t letter) { return is_ascii_letter(letter) || is_ascii_digit(letter); }
bool is_hyphen(char32_t letter) { return is_in(letter, U"-_\u058A\u2010\u2011"); }
bool is_white(char32_t letter) { return is_blank(letter) || is_in(letter, U"\r\n\u2028\u2029\u000B\u000C\u0085"); }
bool is_quote_like(char32_t letter) { return is_apostrophe(letter) || is_in(letter, U"`\u0091\u2018\u201B"); }
bool is_ascii_letter(char32_t letter) { return is_upper(letter) || (letter >= U'a' && letter <= U'z'); }
bool is_digit(char32_t letter) { return letter <= kLastOfPlane && python::is_decimal_digit(letter); }
bool is_apostrophe(char32_t letter) { return letter == U'\'' || letter == 0x92 || letter == 0x2019; }
bool is_blank(char32_t letter) { return letter == U' ' || letter == U'\t' || letter == 0xA0 || (letter >= 0x2000 && letter <= 0x200A) || letter == 0x3000; }

bool is_word_letter(char32_t letter) {
  if (letter < 0x80) return is_ascii_letter(letter);
  if (letter > kLastOfPlane) return false;
  const auto type = u_charType(static_cast<UChar32>(letter));
  return is_letter(letter) || letter == kSoftHyphen || type == U_NON_SPACING_MARK || type == U_COMBINING_SPACING_MARK || (letter >= 0x2C2 && letter <= 0x2FF);
}

bool is_symbol(char32_t letter) {
  if (letter < 0x80) return is_in(letter, U"+%&~^|\\");
  if (letter < 0x100) return is_in(letter, U"\u00A6\u00A7\u00A8\u00A9\u00AC\u00AE\u00AF\u00B0\u00B1\u00B2\u00B3\u00B4\u00B5\u00B6\u00B7\u00B8\u00B9\u00BA\u00D7\u00F7");
  const auto within = [letter](char32_t low, char32_t high) { return letter >= low && letter <= high; };
  return letter == 0x387 || within(0x964, 0x965) || letter == 0x60C || letter == 0x61B || letter == 0x66A || within(0x2016, 0x2017) || within(0x2020, 0x2023) ||
         within(0x2030, 0x2038) || letter == 0x203B || within(0x203E, 0x2042) || letter == 0x2044 || within(0x207A, 0x207F) || within(0x208A, 0x208E) ||
         within(0x2100, 0x214F) || within(0x2190, 0x2BFF) || letter == 0x3012 || letter == 0x30FB || within(0xFF01, 0xFF0F) || within(0xFF1A, 0xFF20) ||
         within(0xFF3B, 0xFF40) || within(0xFF5B, 0xFF65);
}

}  // namespace assay::ptb
