#include "harness/base/utf8.h"

#include <algorithm>
#include <cstdint>

namespace assay {
namespace {

struct Step {
  std::size_t length;  ///< bytes taken
  bool is_valid;
  bool is_cut_short;  ///< broken only because the text ends here
};

/// Reads one letter, or the maximal subpart of a broken one, at `i`.
Step step_at(std::string_view text, std::size_t i) {
  const auto byte = [&](std::size_t k) { return static_cast<std::uint8_t>(text[k]); };
  const std::uint8_t first = byte(i);
  if (first < 0x80) return {1, true, false};
  if (first < 0xC2 || first > 0xF4) return {1, false, false};
  const std::size_t length = first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
  std::uint8_t low = 0x80, high = 0xBF;  // the second byte's range excludes overlong forms, surrogates and > U+10FFFF
  if (first == 0xE0) low = 0xA0;
  if (first == 0xED) high = 0x9F;
  if (first == 0xF0) low = 0x90;
  if (first == 0xF4) high = 0x8F;
  for (std::size_t k = 1; k < length; ++k) {
    if (i + k >= text.size()) return {k, false, true};
    if (byte(i + k) < low || byte(i + k) > high) return {k, false, false};
    low = 0x80, high = 0xBF;
  }
  return {length, true, false};
}

/// Every letter for which Python's str.isspace() is true, in UTF-8.  Source: CPython 3.11 Objects/unicodetype_db.h.
constexpr std::string_view kWhiteSpace[] = {
    "\t", "\n", "\v", "\f", "\r", "\x1c", "\x1d", "\x1e", "\x1f", " ", "\u0085", "\u00a0", "\u1680", "\u2000", "\u2001", "\u2002", "\u2003",
    "\u2004", "\u2005", "\u2006", "\u2007", "\u2008", "\u2009", "\u200a", "\u2028", "\u2029", "\u202f", "\u205f", "\u3000"};

}  // namespace

std::string replace_invalid_utf8(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size();) {
    const Step step = step_at(text, i);
    out += step.is_valid ? text.substr(i, step.length) : std::string_view("\xEF\xBF\xBD");
    i += step.length;
  }
  return out;
}

std::size_t incomplete_utf8_tail(std::string_view text) {
  for (std::size_t back = std::min<std::size_t>(3, text.size()); back > 0; --back) {
    const auto first = static_cast<std::uint8_t>(text[text.size() - back]);
    if (first < 0xC0) continue;
    const Step step = step_at(text, text.size() - back);
    if (step.is_cut_short && step.length == back) return back;
  }
  return 0;
}

std::string_view strip_white_space(std::string_view text) {
  for (bool found = true; found;) {
    found = false;
    for (const auto space : kWhiteSpace) {
      if (text.starts_with(space)) text.remove_prefix(space.size()), found = true;
      if (text.ends_with(space)) text.remove_suffix(space.size()), found = true;
    }
  }
  return text;
}

}  // namespace assay
