#include "metrics/ptb_rules.h"

#include <algorithm>
#include <span>
#include <vector>

#include "metrics/ptb_letters.h"
#include "metrics/ptb_pattern.h"
#include "metrics/ptb_words.h"

namespace assay::ptb {
namespace {

/// The longest word of a table at the start of the text.
std::size_t longest_of(Text text, std::span<const std::string_view> words) {
  std::size_t longest = 0;
  for (const auto word : words) {
    if (word.size() <= longest || text.size() < word.size()) continue;
    std::size_t i = 0;
    for (; i < word.size(); ++i) {
      const auto wanted = static_cast<unsigned char>(word[i]);
      const char32_t letter = wanted == '\'' && is_apostrophe(text[i]) ? U'\'' : text[i];
      if ((is_upper(wanted) || !is_upper(letter) ? letter : letter + 32) != wanted) break;
    }
    if (i == word.size()) longest = word.size();
  }
  return longest;
}

std::size_t thing_part(Text text, std::size_t from) {
  const bool has_prefix = is_in(at(text, from), U"dDoOlL") && is_quote_like(at(text, from + 1)) && is_letter_or_digit(at(text, from + 2));
  const auto behind_prefix = has_prefix ? run(text, from + 3, is_letter_or_digit) : 0;
  return behind_prefix > from + 3 ? behind_prefix : run(text, from, is_letter_or_digit);
}

std::size_t hyphened_part(Text text, std::size_t from) {
  const auto plain = run(text, from, [](char32_t letter) { return is_ascii_alphanumeric(letter) || letter == kSoftHyphen; });
  auto stopped = from;  // behind the last full stop of U.S.
  while (is_ascii_letter(at(text, stopped)) && at(text, stopped + 1) == U'.') stopped += 2;
  return stopped >= from + 4 ? std::max(plain, stopped) : plain;
}

std::size_t slashed_part(Text text, std::size_t from) {
  auto end = run(text, from, is_ascii_alphanumeric);
  if (end == from) return from;
  for (int hyphens = 0; hyphens < 2 && at(text, end) == U'-' && is_ascii_letter(at(text, end + 1)); ++hyphens) end = run(text, end + 1, is_ascii_letter);
  return end;
}

std::size_t markup_name(Text text, std::size_t from) {
  if (!is_ascii_letter(at(text, from))) return from;
  return run(text, from, [](char32_t letter) { return is_ascii_alphanumeric(letter) || is_in(letter, U"_:.-"); });
}
std::size_t spaces(Text text, std::size_t from) {
  return run(text, from, [](char32_t letter) { return letter == U' '; });
}

/// Behind the attributes that begin at `from`.
std::size_t markup_attributes(Text text, std::size_t from) {
  for (;;) {
    const auto name = spaces(text, from), behind = name == from ? name : markup_name(text, name);
    if (behind == name) return from;
    from = behind;
    const auto sign = spaces(text, from);
    const auto quote = at(text, sign) == U'=' ? spaces(text, sign + 1) : sign;
    if (quote == sign || !is_in(at(text, quote), U"'\"")) continue;
    const auto close = text.find(text[quote], quote + 1);
    if (close != Text::npos) from = close + 1;
  }
}

bool ends_url(char32_t letter) { return is_in(letter, U" \t\n\f\r\"<>|.!?(){},-"); }

/// The furthest place behind which a URL may end, in letters that `is` allows; at least two of them.
template <typename Is>
std::size_t url_tail(Text text, std::size_t from, Is is) {
  for (auto end = run(text, from, is); end > from + 1; --end) {
    if (!ends_url(text[end - 1])) return end;
  }
  return from;
}

constexpr std::u32string_view kGaps = U"- \u00A0";
constexpr std::u32string_view kFaces = U"-^x=~<>'";

}  // namespace

bool starts_with(Text text, std::string_view word) { return longest_of(text, {&word, 1}) > 0; }

std::size_t word(Text text) {
  if (!is_word_letter(at(text, 0))) return 0;
  const auto is_part = [](char32_t letter) { return is_word_letter(letter) || is_digit(letter); };
  auto end = run(text, 0, is_part);
  while (is_in(at(text, end), U".!?") && is_word_letter(at(text, end + 1))) end = run(text, end + 1, is_part);
  return end;
}

std::size_t short_verb(Text text) {
  if (!is_apostrophe(at(text, 0))) return 0;
  const auto rest = text.substr(1);
  if (starts_with(rest, "re") || starts_with(rest, "ve") || starts_with(rest, "ll")) return 3;
  return is_in(at(rest, 0), U"msdMSD") ? 2 : 0;
}

std::size_t short_not(Text text) { return is_in(at(text, 0), U"nN") && is_quote_like(at(text, 1)) && is_in(at(text, 2), U"tT") ? 3 : 0; }

Reach before_short_not(Text text) {
  const auto end = run(text, 0, [](char32_t letter) { return is_ascii_letter(letter) || letter == kSoftHyphen; });
  if (end < 2 || short_not(text.substr(end - 1)) == 0) return {};
  auto last = end - 1;
  while (last > 0 && text[last - 1] == kSoftHyphen) --last;
  if (last == 0 || is_in(text[last - 1], U"nN")) return {};
  return {end - 1, end + 2};
}

std::size_t apostrophe_word(Text text) {
  auto end = longest_of(text, kApostropheWords);
  if (is_apostrophe(at(text, 0)) && is_in(at(text, 1), U"nN")) end = std::max<std::size_t>(end, is_apostrophe(at(text, 2)) ? 3 : 2);
  if (is_in(at(text, 0), U"lLdDjJ") && is_apostrophe(at(text, 1))) end = std::max<std::size_t>(end, 2);
  const bool is_decade = is_apostrophe(at(text, 0)) && at(text, 1) >= U'2' && at(text, 1) <= U'9' && at(text, 2) == U'0' && is_in(at(text, 3), U"sS");
  if (is_decade) end = std::max<std::size_t>(end, 4);
  const char32_t first = at(text, 0);
  if (((is_upper(first) && first != U'I' && first != U'Y') || first == U'n') && is_quote_like(at(text, 1))) {
    const auto behind = run(text, 2, is_letter);
    if (behind >= 4) end = std::max(end, behind);
  }
  const auto stem = run(text, 0, is_letter);
  const bool joins_vowels = stem >= 2 && is_in(text[stem - 1], U"aeiouyAEIOUY") && is_quote_like(at(text, stem)) &&
                            (is_in(at(text, stem + 1), U"aeiou") || is_upper(at(text, stem + 1)));
  return joins_vowels ? std::max(end, run(text, stem + 1, is_letter)) : end;
}

std::size_t number(Text text) {
  const std::size_t start = is_in(at(text, 0), U"-+") ? 1 : 0;
  auto end = run(text, start, is_digit);
  while (is_in(at(text, end), U".:,\u00AD\u066B\u066C") && is_digit(at(text, end + 1))) end = run(text, end + 1, is_digit);
  return end > start ? end : 0;
}

std::size_t date(Text text) { return Ends(text).some(is_digit, 1, 2).one_of(U"-/").some(is_digit, 1, 2).one_of(U"-/").some(is_digit, 2, 4).furthest(); }

std::size_t fraction(Text text) {
  const auto whole = [](Ends& ends) { ends.some(is_digit, 1, 4).one_of(kGaps); };
  return Ends(text).maybe(whole).some(is_digit, 1, 4).one_of(U"\\", 0, 1).one_of(U"/\u2044").some(is_digit, 1, 4).furthest();
}

std::size_t phone(Text text) {
  if (!is_ascii_digit(at(text, 0)) && !is_in(at(text, 0), U"(+")) return 0;
  const auto country = [](Ends& ends) { ends.digits(2, 4).one_of(kGaps); };
  Ends in_brackets(text), plain(text);
  in_brackets.one_of(U"(").digits(2, 3).one_of(U")").one_of(U" \u00A0", 0, 1);
  plain.one_of(U"+", 0, 2).maybe(country).digits(2, 4).one_of(kGaps);
  const auto spaced = in_brackets.join(plain).digits(3, 4).one_of(kGaps, 0, 1).digits(3, 5).furthest();
  const auto dotted_country = [](Ends& ends) { ends.one_of(U"+", 0, 2).digits(2, 4).one_of(U"."); };
  return std::max(spaced, Ends(text).maybe(dotted_country).digits(2, 4).one_of(U".").digits(3, 4).one_of(U".").digits(3, 5).furthest());
}

std::size_t url(Text text) {
  const std::size_t start = starts_with(text, "https://") ? 8 : starts_with(text, "http://") ? 7 : 0;
  if (start == 0) return 0;
  const auto end = url_tail(text, start, [](char32_t letter) { return !is_in(letter, U" \t\n\f\r\"<>|(){}"); });
  return end > start ? end : 0;
}

std::size_t likely_url(Text text) {
  const bool is_www = starts_with(text, "www.");
  const auto is_label = [is_www](char32_t letter) {
    return !is_in(letter, U" \t\n\f\r\"<>|.!?(){},") && (is_www || !(is_in(letter, U"`'$") || (letter >= U',' && letter <= U'_')));
  };
  std::size_t start = is_www ? 4 : 0, host = 0;
  for (;;) {
    const auto dot = run(text, start, is_label);
    if (dot == start || at(text, dot) != U'.') break;
    start = dot + 1;
    const auto rest = text.substr(start);
    const auto ending = is_www ? Ends(rest).some(is_ascii_letter, 2, 4).furthest() : 0;
    if (ending > 0) host = start + ending;
    else if (!is_www && (starts_with(rest, "com") || starts_with(rest, "net") || starts_with(rest, "org") || starts_with(rest, "edu"))) host = start + 3;
  }
  if (host == 0 || at(text, host) != U'/') return host;
  const auto end = url_tail(text, host + 1, [](char32_t letter) { return !is_in(letter, U" \t\n\f\r\"<>|()"); });
  return end > host + 1 ? end : host;
}

std::size_t email(Text text) {
  const std::size_t start = starts_with(text, "&lt;") ? 4 : at(text, 0) == U'<' ? 1 : 0;
  if (!is_ascii_alphanumeric(at(text, start))) return 0;
  const auto is_name = [](char32_t letter) { return !is_in(letter, U" \t\n\f\r\"<>|(){}\u00A0"); };
  const auto name_end = run(text, start + 1, is_name);
  const auto name = text.substr(0, name_end);
  for (auto sign = name.find(U'@', start + 1); sign != Text::npos; sign = name.find(U'@', sign + 1)) {
    std::size_t label = sign + 1, end = 0;
    for (;;) {
      const auto behind = run(text, label, [&](char32_t letter) { return is_name(letter) && letter != U'.'; });
      if (behind == label) break;
      end = behind;
      if (at(text, behind) != U'.') break;
      label = behind + 1;
    }
    if (end == 0) continue;
    return starts_with(text.substr(end), "&gt;") ? end + 4 : at(text, end) == U'>' ? end + 1 : end;
  }
  return 0;
}

std::size_t at_name(Text text) {
  if (at(text, 0) == U'@' && (is_ascii_letter(at(text, 1)) || at(text, 1) == U'_')) {
    return run(text, 1, [](char32_t letter) { return is_ascii_alphanumeric(letter) || letter == U'_'; });
  }
  const auto end = at(text, 0) == U'#' ? run(text, 1, is_word_letter) : 0;
  return end > 1 ? end : 0;
}

std::size_t markup(Text text) {
  if (at(text, 0) != U'<') return 0;
  std::size_t end = 1;
  if (is_in(at(text, 1), U"!?") && (is_ascii_letter(at(text, 2)) || at(text, 2) == U'-')) {
    end = run(text, 3, [](char32_t letter) { return !is_in(letter, U">\r\n"); });
  } else if (at(text, 1) == U'/') {
    const auto name = markup_name(text, 2);
    if (name == 2) return 0;
    end = spaces(text, name);
  } else {
    const auto name = markup_name(text, 1);
    if (name == 1) return 0;
    end = spaces(text, markup_attributes(text, name));
    if (at(text, end) == U'/') end = spaces(text, end + 1);
  }
  return at(text, end) == U'>' ? end + 1 : 0;
}

std::size_t slashed(Text text) {
  auto end = slashed_part(text, 0);
  if (end == 0) return 0;
  std::size_t slashes = 0;
  while (slashes < 2) {
    const auto slash = end + (at(text, end) == U'\\' ? 1 : 0);
    const auto behind = at(text, slash) == U'/' ? slashed_part(text, slash + 1) : 0;
    if (behind <= slash + 1) break;
    end = behind;
    ++slashes;
  }
  return slashes > 0 ? end : 0;
}

std::size_t hyphened(Text text) {
  if (!is_ascii_alphanumeric(at(text, 0))) return 0;
  auto end = run(text, 1, [](char32_t letter) { return is_ascii_alphanumeric(letter) || is_in(letter, U".,\u00AD"); });
  const auto start = end;
  while (at(text, end) == U'-') {
    const auto behind = hyphened_part(text, end + 1);
    if (behind == end + 1) break;
    end = behind;
  }
  return end > start ? end : 0;
}

std::size_t thing(Text text) {
  auto end = thing_part(text, 0);
  if (end == 0) return 0;
  while (is_hyphen(at(text, end))) {
    const auto behind = thing_part(text, end + 1);
    if (behind == end + 1) break;
    end = behind;
  }
  return end;
}

std::size_t capitals_with_ampersand(Text text) {
  auto end = run(text, 0, is_upper);
  const auto start = end;
  while (end > 0) {
    const auto sign = starts_with(text.substr(end), "&amp;") ? end + 5 : is_in(at(text, end), U"+&") ? end + 1 : end;
    const auto behind = sign > end ? run(text, sign, is_upper) : sign;
    if (behind == sign) break;
    end = behind;
  }
  return end > start ? end : 0;
}

std::size_t dollar(Text text) {
  const auto end = run(text, 0, is_upper);
  if (at(text, end) == U'$') return end + 1;
  return at(text, 0) == U'#' ? 1 : 0;
}

std::size_t acronym(Text text, std::size_t fewest) {
  if (!is_ascii_letter(at(text, 0))) return 0;
  std::size_t end = 1, letters = 1;
  while (at(text, end) == U'.' && is_ascii_letter(at(text, end + 1))) end += 2, ++letters;
  std::size_t longest = letters >= fewest ? end : 0;
  for (const std::string_view joined : {"canada-u.s", "sino-u.s", "korean-u.s", "eu-u.s", "japan-u.s", "non-u.s", "u.s.-u.k", "u.s.-u.s.s.r"}) {
    if (starts_with(text, joined)) longest = std::max(longest, joined.size());
  }
  return longest;
}

std::size_t smiley(Text text) {
  return Ends(text).one_of(U"<>", 0, 1).one_of(U":;=").one_of(U"-oO*'", 0, 1).one_of(U"()DPdpO\\{@|[]").furthest();
}

std::size_t asian_smiley(Text text) {
  if (is_in(at(text, 0), kFaces) && at(text, 1) == U'_' && is_in(at(text, 2), kFaces)) return 3;
  if (at(text, 0) != U'(') return 0;
  const auto blinking = Ends(text).one_of(U"(").one_of(kFaces).one_of(U"_.", 0, 1).one_of(kFaces).one_of(U")").furthest();
  return std::max(blinking, Ends(text).one_of(U"(").one_of(U"^x=~<>'").one_of(U"-").one_of(U"^x=~<>'`").one_of(U")").furthest());
}

std::size_t ellipsis(Text text) {
  if (is_in(at(text, 0), U"\u0085\u2026")) return 1;
  const auto stops = run(text, 0, [](char32_t letter) { return letter == U'.'; });
  std::size_t end = stops >= 3 ? std::min<std::size_t>(stops, 5) : 0, pairs = 0;
  while (pairs < 4 && at(text, 2 * pairs) == U'.' && is_in(at(text, 2 * pairs + 1), U" \u00A0")) ++pairs;
  for (; pairs >= 2; --pairs) {
    if (at(text, 2 * pairs) == U'.') return std::max(end, 2 * pairs + 1);
  }
  return end;
}

Reach file_name(Text text) {
  const auto is_part = [](char32_t letter) { return is_word_letter(letter) || is_digit(letter); };
  auto end = run(text, 0, is_part);
  std::size_t found = 0;
  while (end > 0 && at(text, end) == U'.') {
    const auto behind = run(text, end + 1, is_part);
    if (behind == end + 1) break;
    const bool is_known = longest_of(text.substr(end + 1, behind - end - 1), kFileEndings) == behind - end - 1;
    if (is_known && (is_white(at(text, behind)) || is_in(at(text, behind), U".?!,"))) found = behind;
    end = behind;
  }
  return found == 0 ? Reach{} : Reach{found, found + 1};
}

Reach abbreviation(Text text) {
  Reach best;
  const auto take = [&](std::size_t token, std::size_t total) {
    if (total > best.total) best = {token, total};
  };
  const auto stopped = [&](std::size_t length) { return length > 0 && at(text, length) == U'.' ? length + 1 : 0; };
  if (const auto end = stopped(longest_of(text, kAbbreviations)); end > 0) take(end, end + 2 <= text.size() ? end + 2 : end);
  if (const auto end = stopped(std::max(longest_of(text, kTitles), acronym(text, 1))); end > 0) take(end, end);
  if (const auto end = stopped(acronym(text, 1)); end > 0) take(end, end);
  if (const auto end = stopped(longest_of(text, kBeforeNumbers)); end > 0) {
    if (is_digit(at(text, end))) take(end, end + 1);
    else if (is_white(at(text, end)) && is_digit(at(text, end + 1))) take(end, end + 2);
  }
  if (starts_with(text, "a.k.a") && is_blank(at(text, 5))) take(5, 6);
  if (const auto end = acronym(text, 1); end > 0 && is_white(at(text, end))) take(end, end + 1);
  return best;
}

Reach letter_before_sentence(Text text) {
  const auto end = acronym(text, 1);
  if (end == 0 || at(text, end) != U'.') return {};
  const auto next = run(text, end + 1, is_white);
  if (next == end + 1) return {};
  std::size_t furthest = 0;
  for (const auto start : kSentenceStarts) {
    if (longest_of(text.substr(next), {&start, 1}) > 0 && is_white(at(text, next + start.size()))) furthest = next + start.size() + 1;
  }
  const auto tag = markup(text.substr(next));
  if (tag > 0 && is_white(at(text, next + tag))) furthest = std::max(furthest, next + tag + 1);
  if (furthest == 0) return {};
  return {end == 1 ? 1 : end + 1, furthest};
}

Reach short_year(Text text) {
  const bool is_year = is_apostrophe(at(text, 0)) && is_ascii_digit(at(text, 1)) && is_ascii_digit(at(text, 2)) && is_white(at(text, 3));
  return is_year ? Reach{3, 4} : Reach{};
}

std::size_t special(Text text) { return longest_of(text, kSpecial); }

}  // namespace assay::ptb
