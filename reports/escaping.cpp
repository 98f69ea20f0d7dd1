#include "reports/escaping.h"

#include <fmt/format.h>

#include <array>
#include <cstdint>

#include "harness/base/utf8.h"

namespace assay {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

/// One letter of valid UTF-8.
struct Letter {
  char32_t code = 0;
  std::string_view bytes;
};

Letter letter_at(std::string_view text, std::size_t i) {
  const auto first = static_cast<std::uint8_t>(text[i]);
  if (first < 0x80) return {first, text.substr(i, 1)};
  const std::size_t length = first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
  auto code = static_cast<char32_t>(first & (0x7FU >> length));
  for (std::size_t k = 1; k < length; ++k) code = code << 6U | (static_cast<std::uint8_t>(text[i + k]) & 0x3FU);
  return {code, text.substr(i, length)};
}

/// Each letter of `text`, broken UTF-8 replaced, through `write(letter, out)`, which appends what stands for it.
template <typename Write>
std::string map_letters(std::string_view text, Write&& write) {
  const std::string clean = replace_invalid_utf8(text);
  std::string out;
  out.reserve(clean.size());
  for (std::size_t i = 0; i < clean.size();) {
    const Letter letter = letter_at(clean, i);
    write(letter, out);
    i += letter.bytes.size();
  }
  return out;
}

bool is_control(char32_t code) { return code < 0x20 || (code >= 0x7F && code < 0xA0); }
bool is_line_separator(char32_t code) { return code == 0x2028 || code == 0x2029; }

struct Substitute {
  char letter;
  std::string_view text;
};

/// What `table` has for `letter`; empty when it stands for itself.
template <std::size_t N>
std::string_view substitute(const std::array<Substitute, N>& table, char32_t letter) {
  for (const Substitute& entry : table)
    if (letter == static_cast<std::uint8_t>(entry.letter)) return entry.text;
  return {};
}

/// `text` with what `table` has for its letters, and U+FFFD for codes that control a device.
template <std::size_t N>
std::string substituted(std::string_view text, const std::array<Substitute, N>& table) {
  return map_letters(text, [&](const Letter& letter, std::string& out) {
    const auto instead = substitute(table, letter.code);
    if (!instead.empty())
      out += instead;
    else if (is_control(letter.code) && letter.code != '\t')
      out += kReplacement;
    else
      out += letter.bytes;
  });
}

/// The same on one line: a space for whatever would end it, and for such codes.
template <std::size_t N>
std::string substituted_on_one_line(std::string_view text, const std::array<Substitute, N>& table) {
  return map_letters(text, [&](const Letter& letter, std::string& out) {
    const auto instead = substitute(table, letter.code);
    if (!instead.empty())
      out += instead;
    else if (is_control(letter.code) || is_line_separator(letter.code))
      out += ' ';
    else
      out += letter.bytes;
  });
}

/// Marks that reorder the text around them: the embeddings, overrides and isolates of Unicode's annex 9.
bool turns_direction(char32_t code) {
  return (code >= 0x202A && code <= 0x202E) || (code >= 0x2066 && code <= 0x2069) || code == 0x200E || code == 0x200F ||
         code == 0x061C;
}

/// What no TeX engine takes for a letter. LuaTeX ends at U+FFFD as it does at broken input.
bool is_no_letter(char32_t code) { return code == 0xFFFD || (code & 0xFFFE) == 0xFFFE || (code >= 0xFDD0 && code <= 0xFDEF); }

constexpr std::array kMarkup = {Substitute{'&', "&amp;"},  Substitute{'<', "&lt;"},   Substitute{'>', "&gt;"},
                                Substitute{'"', "&quot;"}, Substitute{'\'', "&#39;"}, Substitute{'\n', "&#10;"},
                                Substitute{'\t', "&#9;"},  Substitute{'\r', "&#13;"}};

constexpr std::array kMarkdown = {
    Substitute{'<', "&lt;"},   Substitute{'>', "&gt;"}, Substitute{'&', "&amp;"}, Substitute{'|', "\\|"}, Substitute{'\\', "\\\\"},
    Substitute{'`', "\\`"},    Substitute{'*', "\\*"},  Substitute{'_', "\\_"},   Substitute{'[', "\\["}, Substitute{']', "\\]"},
    Substitute{'#', "\\#"},    Substitute{'~', "\\~"},  Substitute{'$', "\\$"},   Substitute{'\n', " "},  Substitute{'\r', " "},
    Substitute{'@', "@\u200b"}};  // a mention would call people

constexpr std::array kLatex = {Substitute{'\\', "\\textbackslash{}"},
                               Substitute{'{', "\\{"},
                               Substitute{'}', "\\}"},
                               Substitute{'$', "\\$"},
                               Substitute{'&', "\\&"},
                               Substitute{'#', "\\#"},
                               Substitute{'_', "\\_"},
                               Substitute{'%', "\\%"},
                               Substitute{'^', "\\textasciicircum{}"},
                               Substitute{'~', "\\textasciitilde{}"},
                               Substitute{'<', "\\textless{}"},
                               Substitute{'>', "\\textgreater{}"},
                               Substitute{'|', "\\textbar{}"},
                               Substitute{'"', "\\char34{}"},
                               Substitute{'`', "\\char96{}"},
                               Substitute{'-', "-{}"}};  // -{}: no dashes made of two

constexpr std::array kCsv = {Substitute{'"', "\"\""}, Substitute{'\r', "\r"}, Substitute{'\n', "\n"}};
constexpr std::array kOpenmetrics = {Substitute{'\\', "\\\\"}, Substitute{'"', "\\\""}, Substitute{'\n', "\\n"}};
constexpr std::array kGithubMessage = {Substitute{'%', "%25"}, Substitute{'\r', "%0D"}, Substitute{'\n', "%0A"}};
constexpr std::array kGithubProperty = {Substitute{'%', "%25"}, Substitute{'\r', "%0D"}, Substitute{'\n', "%0A"},
                                        Substitute{':', "%3A"}, Substitute{',', "%2C"}};

/// Source: OWASP, "CSV Injection": the letters that begin a formula, their full-width forms included, and what may be skipped
/// before one.
bool looks_like_formula(std::string_view text) {
  constexpr std::array<std::string_view, 11> kBeginnings = {"=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"};
  for (const auto beginning : kBeginnings)
    if (text.starts_with(beginning)) return true;
  return false;
}

}  // namespace

std::string shortened(std::string_view text, std::size_t letters) {
  // Four bytes a letter are enough to see whether there are more; the rest of a long reply need not be read.
  const std::string clean = replace_invalid_utf8(text.substr(0, 4 * (letters + 1)));
  std::size_t place = 0;
  for (std::size_t taken = 0; place < clean.size(); ++taken) {
    if (taken == letters) return clean.substr(0, place) + "…";
    place += letter_at(clean, place).bytes.size();
  }
  return clean;
}

std::string console_escaped(std::string_view text) {
  std::string escaped = map_letters(text, [](const Letter& letter, std::string& out) {
    if (letter.code == '\n')
      out += "\\n";
    else if (letter.code == '\r')
      out += "\\r";
    else if (letter.code == '\t')
      out += "\\t";
    else if (is_control(letter.code) || is_line_separator(letter.code) || turns_direction(letter.code))
      out += fmt::format("\\u{{{:x}}}", static_cast<std::uint32_t>(letter.code));
    else
      out += letter.bytes;
  });
  const auto begin = escaped.find_first_not_of(' ');
  if (begin != std::string::npos && std::string_view(escaped).substr(begin).starts_with("::")) escaped.replace(begin, 1, "\\u{3a}");
  return escaped;
}

std::string markup_escaped(std::string_view text) {
  return map_letters(text, [](const Letter& letter, std::string& out) {
    const auto instead = substitute(kMarkup, letter.code);
    if (!instead.empty())
      out += instead;
    else if (is_control(letter.code) || letter.code == 0xFFFE || letter.code == 0xFFFF)
      out += kReplacement;
    else
      out += letter.bytes;
  });
}

std::string markdown_escaped(std::string_view text) { return substituted_on_one_line(text, kMarkdown); }
std::string latex_escaped(std::string_view text) {
  return map_letters(substituted_on_one_line(text, kLatex), [](const Letter& letter, std::string& out) {
    if (is_no_letter(letter.code))
      out += '?';
    else if (!turns_direction(letter.code))
      out += letter.bytes;
  });
}

std::string csv_cell(std::string_view text) {
  std::string clean = substituted(text, kCsv);
  if (looks_like_formula(clean)) clean.insert(0, 1, '\'');
  return clean.find_first_of(",\"\r\n") == std::string::npos ? clean : fmt::format("\"{}\"", clean);
}

std::string openmetrics_escaped(std::string_view text) { return substituted(text, kOpenmetrics); }
std::string github_message_escaped(std::string_view text) { return substituted(text, kGithubMessage); }
std::string github_property_escaped(std::string_view text) { return substituted(text, kGithubProperty); }

std::string json_for_html(std::string_view json) {
  return map_letters(json, [](const Letter& letter, std::string& out) {
    if (letter.code == '<' || is_line_separator(letter.code))
      out += fmt::format("\\u{:04x}", static_cast<std::uint32_t>(letter.code));
    else
      out += letter.bytes;
  });
}

}  // namespace assay
