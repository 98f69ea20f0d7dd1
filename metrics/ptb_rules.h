#pragma once
#include <cstddef>
#include <string>
#include <string_view>

/// The single rules of the Penn Treebank tokenizer: how far each reaches from one place in a text. Used by ptb_tokenizer.cpp alone.
///
/// Source   Stanford CoreNLP 3.4.1 (the version that coco-caption and pycocoevalcap ship), edu/stanford/nlp/process/PTBLexer.flex,
///          re-implemented from its behaviour
namespace assay::ptb {

/// A rule's reach: `token` letters are the token, and up to `total` letters were looked at. The rule that looked furthest wins, of several the
/// first. 0: the rule does not match here.
struct Reach {
  std::size_t token = 0;
  std::size_t total = 0;
};

using Text = std::u32string_view;  ///< from the place on, to the end of all captions

/// Letters, then letters and digits; such parts may be joined by `.`, `!` or `?`.
[[nodiscard]] std::size_t word(Text text);
/// 's, 'm, 'd, 're, 've, 'll
[[nodiscard]] std::size_t short_verb(Text text);
/// n't
[[nodiscard]] std::size_t short_not(Text text);
/// The part of a word before n't.
[[nodiscard]] Reach before_short_not(Text text);
/// Words that keep their apostrophe: 'em, ol', l', '90s, Shi'ite.
[[nodiscard]] std::size_t apostrophe_word(Text text);
[[nodiscard]] std::size_t number(Text text);
[[nodiscard]] std::size_t date(Text text);
[[nodiscard]] std::size_t fraction(Text text);
[[nodiscard]] std::size_t phone(Text text);
[[nodiscard]] std::size_t url(Text text);
[[nodiscard]] std::size_t likely_url(Text text);
[[nodiscard]] std::size_t email(Text text);
[[nodiscard]] std::size_t at_name(Text text);
/// <b>, </b>, <!-- -->
[[nodiscard]] std::size_t markup(Text text);
/// rock/pop, and/or
[[nodiscard]] std::size_t slashed(Text text);
/// ten-year-old, 1,000-strong, non-U.S.
[[nodiscard]] std::size_t hyphened(Text text);
/// o'clock, snake_case: letters and digits with hyphens between
[[nodiscard]] std::size_t thing(Text text);
/// AT&T
[[nodiscard]] std::size_t capitals_with_ampersand(Text text);
/// A dollar sign with the capitals before it.
[[nodiscard]] std::size_t dollar(Text text);
/// u.s, u.s.a; a single letter too where `fewest` is 1.
[[nodiscard]] std::size_t acronym(Text text, std::size_t fewest);
[[nodiscard]] std::size_t smiley(Text text);
[[nodiscard]] std::size_t asian_smiley(Text text);
[[nodiscard]] std::size_t ellipsis(Text text);
/// A file's name with a known ending, then white space or one of `. ? ! ,`.
[[nodiscard]] Reach file_name(Text text);
/// A word of a list with its full stop: abbreviations, titles, acronyms, and some that are abbreviations only before numbers.
[[nodiscard]] Reach abbreviation(Text text);
/// A single letter whose full stop ends the sentence, as one begins behind it: the letter alone.
[[nodiscard]] Reach letter_before_sentence(Text text);
/// '99 before white space.
[[nodiscard]] Reach short_year(Text text);
/// A word of the Treebank's own: pro-, anti-, S&P-500, Cap'n.
[[nodiscard]] std::size_t special(Text text);

/// `word` (lower case, ASCII) at the start of the text, in any case.
[[nodiscard]] bool starts_with(Text text, std::string_view word);

}  // namespace assay::ptb
