#include "metrics/vqa_punctuation.h"

#include <array>

#include "metrics/python_text.h"

namespace assay {
namespace {

constexpr std::string_view kPunctuation = ";/[]\"{}()=+\\_-><@`,?!";
constexpr int kMostFullStops = 32;

constexpr auto kIsPunctuation = [] {
  std::array<bool, 128> is_mark{};
  for (const char mark : kPunctuation) is_mark[static_cast<unsigned char>(mark)] = true;
  return is_mark;
}();

enum class FullStops { kBeforeDigitStay, kBesideDigitStay };

constexpr bool is_mark(char32_t letter) { return letter < 128 && kIsPunctuation[letter]; }

/// What the text says of its marks before any is touched.
struct Marks {
  std::array<bool, 128> stands_apart{};  ///< has a space beside it somewhere
  bool has_any = false;
  bool deletes_all = false;  ///< a comma between digits
};

template <typename Text>
char32_t letter_at(const Text& text, std::size_t i) {
  if constexpr (sizeof(text[0]) == 1) return static_cast<unsigned char>(text[i]);
  else return text[i];
}

template <typename Text>
bool has_digit(const Text& text, std::size_t i) {
  return i < text.size() && python::is_decimal_digit(letter_at(text, i));
}

template <typename Text>
Marks look_at_marks(const Text& text) {
  Marks marks;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char32_t letter = letter_at(text, i);
    if (!is_mark(letter)) continue;
    marks.has_any = true;
    if ((i > 0 && text[i - 1] == ' ') || (i + 1 < text.size() && text[i + 1] == ' ')) marks.stands_apart[letter] = true;
    if (letter == ',' && i > 0 && has_digit(text, i - 1) && has_digit(text, i + 1)) marks.deletes_all = true;
  }
  return marks;
}

/// Each mark's fate hangs on the text as it came, so one pass does what the sources do mark by mark.
template <typename Text>
Text without_marks(const Text& text) {
  const Marks marks = look_at_marks(text);
  if (!marks.has_any) return text;
  Text out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char32_t letter = letter_at(text, i);
    if (!is_mark(letter)) out += text[i];
    else if (!marks.deletes_all && !marks.stands_apart[letter]) out += ' ';
  }
  return out;
}

template <typename Text>
Text without_full_stops(Text text, FullStops rule) {
  int removed = 0;
  std::size_t kept = 0;
  const auto length = text.size();
  bool follows_digit = false;  // of the text as it came, which the loop overwrites behind itself
  for (std::size_t i = 0; i < length; ++i) {
    const bool stays = has_digit(text, i + 1) || (rule == FullStops::kBesideDigitStay && follows_digit);
    follows_digit = has_digit(text, i);
    if (text[i] == '.' && !stays && removed < kMostFullStops) ++removed;
    else text[kept++] = text[i];
  }
  text.resize(kept);
  return text;
}

std::string strip_punctuation(std::string_view text, FullStops rule) {
  for (const char c : text) {
    if (static_cast<unsigned char>(c) >= 0x80) return python::encode(without_full_stops(without_marks(python::decode(text)), rule));
  }
  return without_full_stops(without_marks(std::string(text)), rule);
}

}  // namespace

std::string vqa_punctuation(std::string_view text) { return strip_punctuation(text, FullStops::kBeforeDigitStay); }
std::string vlmevalkit_punctuation(std::string_view text) { return strip_punctuation(text, FullStops::kBesideDigitStay); }

}  // namespace assay
