#include "metrics/vqa_punctuation.h"

#include "metrics/python_text.h"

namespace assay {
namespace {

constexpr std::string_view kPunctuation = ";/[]\"{}()=+\\_-><@`,?!";
constexpr int kMostFullStops = 32;

bool has_comma_between_digits(std::u32string_view text) {
  for (std::size_t i = 1; i + 1 < text.size(); ++i) {
    if (text[i] == ',' && python::is_decimal_digit(text[i - 1]) && python::is_decimal_digit(text[i + 1])) return true;
  }
  return false;
}

std::u32string without_lone_full_stops(std::u32string_view text) {
  std::u32string out;
  int removed = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool follows_digit = i > 0 && python::is_decimal_digit(text[i - 1]);
    const bool precedes_digit = i + 1 < text.size() && python::is_decimal_digit(text[i + 1]);
    if (text[i] == '.' && !follows_digit && !precedes_digit && removed < kMostFullStops) ++removed;
    else out += text[i];
  }
  return out;
}

}  // namespace

std::string vlmevalkit_punctuation(std::string_view text) {
  const bool deletes_all = has_comma_between_digits(python::decode(text));
  std::string out(text);
  for (const char mark : kPunctuation) {
    const bool stands_apart = text.find(std::string{mark, ' '}) != std::string_view::npos || text.find(std::string{' ', mark}) != std::string_view::npos;
    out = python::replace(out, {&mark, 1}, stands_apart || deletes_all ? "" : " ");
  }
  return python::encode(without_lone_full_stops(python::decode(out)));
}

}  // namespace assay
