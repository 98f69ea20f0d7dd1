#include "metrics/ptb_tokenizer.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "metrics/ptb_letters.h"
#include "metrics/ptb_rules.h"
#include "metrics/python_text.h"

namespace assay {
namespace {

using ptb::Reach;
using ptb::Text;

/// How a rule's token is written.
enum class As { kItself, kDropped, kOpenQuote, kCloseQuote, kDashes, kEllipsis, kBracket, kAmpersand, kFraction, kCurrency, kUnbreakable, kPhone, kLess, kMore };

struct Match {
  Reach reach;
  As as = As::kItself;
};

char32_t first_of(Text text, std::size_t i) { return i < text.size() ? text[i] : U'\n'; }

/// Takes the rule that looks furthest; of several the one asked first.
class Contest {
 public:
  void enter(std::size_t length, As as = As::kItself) { enter(Reach{length, length}, as); }
  void enter(Reach reach, As as = As::kItself) {
    if (reach.token > 0 && reach.total > best_.reach.total) best_ = {reach, as};
  }
  [[nodiscard]] const Match& best() const { return best_; }

 private:
  Match best_;
};

bool holds(std::u32string_view set, char32_t letter) { return set.find(letter) != Text::npos; }

/// Two tokens that are written as one word: can not, 't was, gon na.
std::size_t assimilated(Text text) {
  if (ptb::starts_with(text, "cannot")) return 3;
  if (ptb::starts_with(text, "'twas") && text[0] == U'\'') return 2;
  if (ptb::starts_with(text, "'tis") && text[0] == U'\'') return 2;
  for (const std::string_view word : {"gonna", "gotta", "lemme", "gimme", "wanna"}) {
    if (ptb::starts_with(text, word)) return 3;
  }
  return 0;
}

std::size_t same_letters(Text text, char32_t letter) {
  std::size_t end = 0;
  while (end < text.size() && text[end] == letter) ++end;
  return end;
}

void enter_words(Contest& contest, Text text) {
  if (const auto token = assimilated(text)) contest.enter(Reach{token, ptb::starts_with(text, "'tis") ? 4u : ptb::starts_with(text, "cannot") ? 6u : 5u});
  const auto word = ptb::word(text);
  if (const auto verb = word > 0 ? ptb::short_verb(text.substr(word)) : 0) contest.enter(Reach{word, word + verb});
  contest.enter(ptb::before_short_not(text));
  contest.enter(word);
  contest.enter(ptb::apostrophe_word(text));
  const bool is_y = holds(U"yY", first_of(text, 0)) && ptb::is_apostrophe(first_of(text, 1)) && python::is_alphabetic(first_of(text, 2));
  if (is_y) contest.enter(Reach{2, 3});
}

void enter_names(Contest& contest, Text text) {
  contest.enter(ptb::url(text));
  contest.enter(ptb::likely_url(text));
  contest.enter(ptb::email(text));
  contest.enter(ptb::at_name(text));
  for (const auto length : {ptb::short_verb(text), ptb::short_not(text)}) {
    if (length > 0 && !ptb::is_ascii_letter(first_of(text, length))) contest.enter(Reach{length, length + 1}, As::kCloseQuote);
  }
}

void enter_numbers(Contest& contest, Text text) {
  contest.enter(ptb::date(text));
  contest.enter(ptb::number(text));
  contest.enter(ptb::fraction(text), As::kUnbreakable);
  const char32_t first = text.front();
  if (holds(U"\u00BC\u00BD\u00BE", first) || (first >= 0x2153 && first <= 0x215E)) contest.enter(1, As::kFraction);
  contest.enter(ptb::special(text), As::kAmpersand);
  contest.enter(ptb::slashed(text));
  contest.enter(ptb::dollar(text));
  if (holds(U"\u00A2\u00A3\u00A4\u00A5\u0080\u20A0\u20AC\u060B\u0E3F\u20A4\uFFE0\uFFE1\uFFE5\uFFE6", first)) contest.enter(1, As::kCurrency);
}

void enter_abbreviations(Contest& contest, Text text) {
  contest.enter(ptb::letter_before_sentence(text));
  contest.enter(ptb::abbreviation(text));
  contest.enter(ptb::short_year(text));
  contest.enter(ptb::file_name(text));
}

/// A word, hyphened word or the like with a full stop before `, ; :`: the full stop stays with it.
void enter_stopped(Contest& contest, Text text, std::size_t length, As as = As::kItself) {
  if (length > 0 && first_of(text, length) == U'.' && holds(U",;:\u3001", first_of(text, length + 1))) contest.enter(Reach{length + 1, length + 2}, as);
}

void enter_signs(Contest& contest, Text text) {
  const char32_t first = text.front();
  const auto next_is_word = [&](std::size_t i) {
    const char32_t letter = first_of(text, i);
    return ptb::is_ascii_letter(letter) || (letter >= U'0' && letter <= U'9');
  };
  for (const auto quote : {first == U'"' ? 1u : 0u, ptb::starts_with(text, "&quot;") ? 6u : 0u}) {
    if (quote > 0 && (next_is_word(quote) || first_of(text, quote) == U'$')) contest.enter(Reach{quote, quote + 1}, As::kOpenQuote);
    contest.enter(quote, As::kCloseQuote);
  }
  if (first == 0x7F) contest.enter(1, As::kDropped);
  contest.enter(first == U'<' ? 1 : ptb::starts_with(text, "&lt;") ? 4 : 0, As::kLess);
  contest.enter(first == U'>' ? 1 : ptb::starts_with(text, "&gt;") ? 4 : 0, As::kMore);
  if (const auto face = ptb::smiley(text); face > 0 && !next_is_word(face)) contest.enter(Reach{face, face + 1}, As::kBracket);
  contest.enter(ptb::asian_smiley(text), As::kBracket);
  if (holds(U"{}[]()", first)) contest.enter(1, As::kBracket);
  const auto hyphens = same_letters(text, U'-');
  contest.enter(hyphens, hyphens == 3 || hyphens == 4 ? As::kDashes : As::kItself);
  contest.enter(ptb::ellipsis(text), As::kEllipsis);
  for (const char32_t sign : {U'@', U'#', U'_', U'*'}) contest.enter(same_letters(text, sign));
  std::size_t escaped = 0;
  while (escaped < 6 && ptb::starts_with(text.substr(escaped), "\\*")) escaped += 2;
  contest.enter(escaped);
  if (holds(U",;:\u3001", first)) contest.enter(1);
  std::size_t ends = 0;
  while (holds(U"?!", first_of(text, ends))) ++ends;
  contest.enter(ends);
  if (holds(U".\u00A1\u00BF\u037E\u0589\u061F\u06D4\u0700\u0701\u0702\u07FA\u3002=/", first)) contest.enter(1);
}

void enter_things(Contest& contest, Text text) {
  const auto hyphened = ptb::hyphened(text), thing = ptb::thing(text), capitals = ptb::capitals_with_ampersand(text);
  enter_stopped(contest, text, hyphened);
  contest.enter(hyphened);
  enter_stopped(contest, text, thing);
  contest.enter(thing);
  enter_stopped(contest, text, capitals, As::kAmpersand);
  contest.enter(capitals, As::kAmpersand);
}

void enter_rest(Contest& contest, Text text) {
  const char32_t first = text.front();
  const bool opens = first == U'\'' && ptb::is_ascii_letter(first_of(text, 1)) && text.size() > 2 && !holds(U" \t\n\r\u00A0", text[2]);
  if (opens) contest.enter(Reach{1, 3}, As::kOpenQuote);
  contest.enter(ptb::short_verb(text), As::kCloseQuote);
  contest.enter(ptb::short_not(text), As::kCloseQuote);
  constexpr std::u32string_view kQuotes = U"`\u2018\u2019\u201A\u201B\u201C\u201D\u0091\u0092\u0093\u0094\u201E\u201F\u2039\u203A\u00AB\u00BB";
  std::size_t quotes = 0;
  while (quotes < 2 && holds(kQuotes, first_of(text, quotes))) ++quotes;
  contest.enter(quotes, As::kCloseQuote);
  if (first == U'\'') contest.enter(first_of(text, 1) == U'\'' ? 2 : 1, As::kCloseQuote);
  if (ptb::starts_with(text, "&apos;")) contest.enter(6, As::kCloseQuote);
  if (ptb::starts_with(text, "<<") || ptb::starts_with(text, ">>")) contest.enter(2);
  if (ptb::is_symbol(first)) contest.enter(1);
  if (ptb::starts_with(text, "&nbsp;")) contest.enter(6, As::kDropped);
}

Match match_at(Text text) {
  Contest contest;
  const char32_t first = text.front();
  if (holds(U"cC", first) && ptb::starts_with(text, "c++")) contest.enter(3);
  if (holds(U"cCfF", first) && first_of(text, 1) == U'#') contest.enter(2);
  contest.enter(ptb::markup(text), As::kUnbreakable);
  for (const std::string_view dash : {"&md;", "&mdash;", "&ndash;"}) {
    if (ptb::starts_with(text, dash)) contest.enter(dash.size(), As::kDashes);
  }
  if (holds(U"\u0096\u0097\u2013\u2014\u2015", first)) contest.enter(1, As::kDashes);
  if (ptb::starts_with(text, "&amp;")) contest.enter(5, As::kAmpersand);
  enter_words(contest, text);
  enter_names(contest, text);
  enter_numbers(contest, text);
  enter_abbreviations(contest, text);
  enter_stopped(contest, text, ptb::word(text));
  contest.enter(ptb::phone(text), As::kPhone);
  enter_signs(contest, text);
  enter_things(contest, text);
  enter_rest(contest, text);
  return contest.best().reach.token > 0 ? contest.best() : Match{{1, 1}, As::kDropped};
}

std::string bracketed(std::string_view token) {
  std::string out;
  for (const char c : token) {
    switch (c) {
      case '(': out += "-LRB-"; break;
      case ')': out += "-RRB-"; break;
      default: out += c;
    }
  }
  if (out == "{") return "-LCB-";
  if (out == "}") return "-RCB-";
  if (out == "[") return "-LSB-";
  return out == "]" ? "-RSB-" : out;
}

std::string quoted(std::u32string_view token, bool opens) {
  std::string out;
  std::string text = python::replace(python::replace(python::encode(token), "&apos;", "'"), "&quot;", "\"");
  for (const char32_t letter : python::decode(text)) {
    if (letter == U'\'') out += opens ? "`" : "'";
    else if (letter == U'"') out += opens ? "``" : "''";
    else if (holds(U"\u0091\u2018\u201B\u2039", letter)) out += "`";
    else if (holds(U"\u0092\u2019\u203A", letter)) out += "'";
    else if (holds(U"\u0093\u201C\u00AB", letter)) out += "``";
    else if (holds(U"\u0094\u201D\u00BB", letter)) out += "''";
    else out += python::encode({&letter, 1});
  }
  return out;
}

std::string fraction_of(char32_t letter) {
  switch (letter) {
    case 0xBC: return "1/4";
    case 0xBD: return "1/2";
    case 0xBE: return "3/4";
    case 0x2153: return "1/3";
    case 0x2154: return "2/3";
    default: return python::encode({&letter, 1});
  }
}

std::string currency_of(char32_t letter) {
  switch (letter) {
    case 0xA2: return "cents";
    case 0xA3: return "#";
    case 0x80:
    case 0xA4:
    case 0x20A0:
    case 0x20AC: return "$";
    default: return python::encode({&letter, 1});
  }
}

/// The token as the tokenizer writes it, before it is lower-cased.
std::string written(Text token, As as) {
  switch (as) {
    case As::kDropped: return "";
    case As::kOpenQuote: return quoted(token, true);
    case As::kCloseQuote: return quoted(token, false);
    case As::kDashes: return "--";
    case As::kEllipsis: return "...";
    case As::kBracket: return bracketed(python::encode(token));
    case As::kAmpersand: return python::replace(python::encode(token), "&amp;", "&");
    case As::kFraction: return fraction_of(token.front());
    case As::kCurrency: return currency_of(token.front());
    case As::kUnbreakable: return python::replace(python::encode(token), " ", "\u00A0");
    case As::kPhone: return python::replace(bracketed(python::encode(token)), " ", "\u00A0");
    case As::kLess: return "<";
    case As::kMore: return ">";
    case As::kItself: break;
  }
  std::string text;
  for (const char32_t letter : token) {
    if (letter != 0xAD) text += letter < 0x80 ? std::string(1, static_cast<char>(letter)) : python::encode({&letter, 1});
  }
  return text.empty() ? "-" : text;
}

bool is_line_end(char32_t letter) { return holds(U"\r\u2028\u2029\u000B\u000C", letter); }

/// A word of small letters alone between spaces is a token by any rule: most of a caption. The few that are split or joined are looked at.
std::size_t plain_word(Text text) {
  std::size_t end = 0;
  while (end < text.size() && text[end] >= U'a' && text[end] <= U'z') ++end;
  const bool is_whole = end > 1 && end < text.size() && (text[end] == U' ' || text[end] == U'\n');
  return is_whole && assimilated(text) == 0 ? end : 0;
}

constexpr std::array<std::string_view, 17> kPunctuation = {"''", "'", "``", "`", "-LRB-", "-RRB-", "-LCB-", "-RCB-", ".", "?", "!", ",", ":", "-", "--", "...", ";"};

/// The tokens of each line of `text`.
std::vector<std::vector<std::string>> tokens_by_line(const std::u32string& text) {
  std::vector<std::vector<std::string>> lines(1);
  for (std::size_t i = 0; i < text.size();) {
    const char32_t letter = text[i];
    if (letter == U'\n') lines.emplace_back();
    const bool is_gap = letter == U'\n' || letter == 0 || ptb::is_blank(letter) || is_line_end(letter) || letter == 0x200B || letter == 0x200E ||
                        letter == 0x200F || letter == 0xFEFF;
    if (is_gap) {
      ++i;
      continue;
    }
    const auto rest = Text(text).substr(i);
    const auto plain = plain_word(rest);
    const Match match = plain > 0 ? Match{{plain, plain}, As::kItself} : match_at(rest);
    auto token = python::lower(written(rest.substr(0, match.reach.token), match.as));
    if (match.as != As::kDropped) lines.back().push_back(std::move(token));
    i += match.reach.token;
  }
  return lines;
}

}  // namespace

std::vector<std::string> ptb_tokens(const std::string& line) { return tokens_by_line(python::decode(python::replace(line, "\n", " "))).front(); }

std::vector<std::string> ptb_captions(std::span<const std::string> captions) {
  std::string all;
  for (const auto& caption : captions) {
    if (&caption != captions.data()) all += '\n';
    all += python::replace(caption, "\n", " ");
  }
  std::vector<std::string> out;
  for (const auto& tokens : tokens_by_line(python::decode(all))) {
    std::string line;
    for (const auto& token : tokens) {
      if (std::ranges::find(kPunctuation, token) != kPunctuation.end()) continue;
      if (!line.empty()) line += ' ';
      line += token;
    }
    out.push_back(std::move(line));
  }
  out.resize(captions.size());
  return out;
}

}  // namespace assay
