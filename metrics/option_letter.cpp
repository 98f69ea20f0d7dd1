#include "metrics/option_letter.h"

#include <algorithm>
#include <cstring>
#include <vector>

#include "harness/base/utf8.h"
#include "metrics/python_text.h"

namespace assay {
namespace {

using Words = std::vector<std::string_view>;

bool contains(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }
bool contains(const Words& words, std::string_view word) { return std::find(words.begin(), words.end(), word) != words.end(); }
bool is_one_of(std::span<const Choice> choices, std::string_view letter) {
  return std::any_of(choices.begin(), choices.end(), [&](const Choice& choice) { return choice.letter == letter; });
}

/// The letter of the only option whose lower-cased text stands in `lowered`.
std::optional<std::string> only_text_in(std::string_view lowered, std::span<const Choice> choices) {
  const Choice* found = nullptr;
  for (const auto& choice : choices) {
    if (!contains(lowered, python::lower(choice.text))) continue;
    if (found != nullptr) return std::nullopt;
    found = &choice;
  }
  return found == nullptr ? std::nullopt : std::optional(found->letter);
}

/// A letter as (?i) of Python's `re` compares it with lower-case ASCII: dotted and dotless i are i, the long s is s.
char32_t folded(char32_t letter) {
  if (letter >= 'A' && letter <= 'Z') return letter + 32;
  if (letter == 0x130 || letter == 0x131) return 'i';
  return letter == 0x17F ? U's' : letter;
}

/// Matches `word` at `i`; the place behind it, or npos.
std::size_t after_word(std::u32string_view text, std::size_t i, std::u32string_view word) {
  if (i + word.size() > text.size()) return std::u32string_view::npos;
  for (std::size_t k = 0; k < word.size(); ++k) {
    if (folded(text[i + k]) != word[k]) return std::u32string_view::npos;
  }
  return i + word.size();
}

std::size_t after_spaces(std::u32string_view text, std::size_t i) {
  while (i < text.size() && python::is_space(text[i])) ++i;
  return i;
}

/// First match of (?i)(?:correct\s+)?answer\s+is\s+\**([ABCD])\**, its letter upper-cased. The optional head changes no letter.
std::optional<std::string> letter_after_answer_is(std::string_view reply) {
  const std::u32string text = python::decode(reply);
  for (std::size_t start = 0; start < text.size(); ++start) {
    std::size_t i = after_word(text, start, U"answer");
    if (i == std::u32string::npos) continue;
    const std::size_t is = after_spaces(text, i);
    if (is == i) continue;
    i = after_word(text, is, U"is");
    if (i == std::u32string::npos) continue;
    std::size_t letter = after_spaces(text, i);
    if (letter == i) continue;
    while (letter < text.size() && text[letter] == '*') ++letter;
    if (letter < text.size() && folded(text[letter]) >= 'a' && folded(text[letter]) <= 'd') {
      return std::string(1, static_cast<char>(folded(text[letter]) - 32));
    }
  }
  return std::nullopt;
}

constexpr std::string_view kRefusals[] = {
    "Sorry, I can't help with images of people yet.",
    "I can't process this file.",
    "I'm sorry, but without the image provided",
    "Cannot determine the answer",
};
constexpr std::string_view kApiFailure = "Failed to obtain answer via API";

std::string wrapped(std::string_view before, std::string_view letter, std::string_view after) {
  std::string out(before);
  out += letter;
  out += after;
  return out;
}

}  // namespace

std::optional<std::string> letter_vlmevalkit_option(std::string_view reply, std::span<const Choice> choices) {
  if (contains(reply, kApiFailure)) return std::nullopt;
  for (const auto refusal : kRefusals) {
    if (contains(reply, refusal)) return "Z";
  }
  std::string spaced(reply);
  for (char& c : spaced) {
    if (std::string_view(".()[],:;!*#{}").find(c) != std::string_view::npos) c = ' ';
  }
  const Words words = python::split(spaced);
  const Choice* only = nullptr;
  int standing = 0;
  for (const auto& choice : choices) {
    if (contains(words, choice.letter)) ++standing, only = &choice;
  }
  if (standing == 1) {
    const auto at = std::find(words.begin(), words.end(), only->letter) - words.begin();
    if (at > static_cast<std::ptrdiff_t>(words.size()) - 5) return only->letter;
  } else if (standing == 0 && contains(words, "Z")) {
    return "Z";
  }
  const auto letter = letter_after_answer_is(reply);
  return letter && is_one_of(choices, *letter) ? letter : std::nullopt;
}

std::optional<std::string> letter_vlmevalkit_text(std::string_view reply, std::span<const Choice> choices) {
  const std::string lowered = python::lower(reply);
  std::size_t option_length = 0;
  for (const auto& choice : choices) option_length += python::length(choice.text);
  if (python::length(lowered) > 2 * option_length) return std::nullopt;
  return only_text_in(lowered, choices);
}

std::optional<std::string> letter_vlmevalkit(std::string_view reply, std::span<const Choice> choices) {
  const auto letter = letter_vlmevalkit_option(reply, choices);
  return letter ? letter : letter_vlmevalkit_text(reply, choices);
}

std::optional<std::string> letter_lmms_mmbench(std::string_view reply, std::span<const Choice> choices) {
  constexpr std::string_view kLetters[] = {"A", "B", "C", "D", "E"};
  struct Wrap {
    std::string_view before, after;
  };
  constexpr Wrap kWraps[] = {{"", "."}, {"", ","},  {"", ":"},  {"", ")"},  {"", ")."},  {"(", ")"},
                             {"(", ")."}, {":", ""}, {":", ","}, {":", "."}, {":", ")"}, {":", ")."}};
  const auto only_letter = [&](const Words& words, const Wrap& wrap) -> std::optional<std::string> {
    std::optional<std::string> found;
    for (const auto letter : kLetters) {
      if (!contains(words, wrapped(wrap.before, letter, wrap.after))) continue;
      if (found) return std::nullopt;
      found = letter;
    }
    return found;
  };
  if (!contains(reply, kApiFailure)) {
    const Words words = python::split(reply);
    const bool may_be_article = contains(words, "A") && words.size() > 3;
    const auto bare = only_letter(words, {"", ""});
    if (bare && !may_be_article) return bare;
    for (const auto& wrap : kWraps) {
      if (const auto letter = only_letter(words, wrap)) return letter;
    }
  }
  std::vector<Choice> first_four;
  for (const auto& choice : choices) {
    if (choice.letter >= "A" && choice.letter <= "D") first_four.push_back(choice);
  }
  return only_text_in(python::lower(reply), first_four);
}

namespace {

enum Sureness { kFallback = 0, kSpace = 2, kRightParenthesis, kColon, kPeriod, kParentheses, kPhrase, kEnd = 9, kStart };

struct Candidate {
  std::string letter;
  std::size_t position;
  Sureness sureness;
};

constexpr std::string_view kAnswerPhrases[] = {
    "the answer is", "answer is", "the correct answer is", "correct answer is", "the best answer is", "best answer is",
    "the correct option is", "correct option is", "the best option is", "best option is", "the choice is", "choice is",
    "the correct choice is", "correct choice is", "i choose", "i select", "i pick", "my answer is", "my choice is",
    "옵션", "정답은", "답은", "답:", "答案是", "答案为", "选", "答えは",
};

/// text.rfind(before + letter + after), looking only where the letter stands: capitals are rare in a text.
std::size_t last_place(std::string_view text, std::string_view before, std::string_view letter, std::string_view after) {
  const std::string wanted = wrapped(before, letter, after);
  for (std::size_t end = text.size(); end > 0;) {
    const auto* found = static_cast<const char*>(::memrchr(text.data(), letter.front(), end));
    if (found == nullptr) return std::string_view::npos;
    const auto at = static_cast<std::size_t>(found - text.data());
    if (at >= before.size() && text.substr(at - before.size(), wanted.size()) == wanted) return at - before.size();
    end = at;
  }
  return std::string_view::npos;
}

/// One candidate per letter that stands in the text in this spelling, at its last place.
void add_spelled(std::vector<Candidate>& candidates, std::string_view text, std::span<const Choice> choices, std::string_view before,
                 std::string_view after, Sureness sureness) {
  for (const auto& choice : choices) {
    const auto at = last_place(text, before, choice.letter, after);
    if (at != std::string_view::npos) candidates.push_back({choice.letter, at, sureness});
  }
}

/// Letters anywhere behind a phrase. The place is counted in letters of the lower-cased text and used in the text as it is, as in the source;
/// the two differ only where lower-casing changes the length.
void add_after_phrases(std::vector<Candidate>& candidates, std::string_view reply, std::span<const Choice> choices) {
  const std::string lowered = python::lower(reply);
  std::u32string text;  // decoded once a phrase is there
  for (const auto phrase : kAnswerPhrases) {
    const auto* found = static_cast<const char*>(::memmem(lowered.data(), lowered.size(), phrase.data(), phrase.size()));
    if (found == nullptr) continue;
    if (text.empty()) text = python::decode(reply);
    const auto behind = static_cast<std::size_t>(found - lowered.data()) + phrase.size();
    const auto at = python::length(std::string_view(lowered).substr(0, behind));
    for (const auto& choice : choices) {
      const auto place = text.find(python::decode(choice.letter), at);
      if (place != std::u32string::npos) candidates.push_back({choice.letter, place, kPhrase});
    }
  }
}

/// Only the outermost two letters are looked at, however long the text is.
void add_at_ends(std::vector<Candidate>& candidates, std::string_view stripped, std::span<const Choice> choices) {
  constexpr std::size_t kTwoLetters = 8;  // in UTF-8
  const std::u32string head = python::decode(stripped.substr(0, kTwoLetters));
  const std::u32string tail = python::decode(stripped.substr(stripped.size() - std::min(stripped.size(), kTwoLetters)));
  for (const auto& choice : choices) {
    const auto letter = static_cast<char32_t>(choice.letter.front());
    if (!head.empty() && head.front() == letter && (head.size() == 1 || !python::is_alphabetic(head[1]))) candidates.push_back({choice.letter, 0, kStart});
    if (!tail.empty() && tail.back() == letter && (tail.size() == 1 || !python::is_alphabetic(tail[tail.size() - 2]))) {
      candidates.push_back({choice.letter, stripped.size(), kEnd});
    }
  }
}

/// The text without these marks at its ends, each kind stripped once in this order.
std::string_view without_marks(std::string_view text, std::string_view marks) {
  for (const char& mark : marks) text = python::strip(text, {&mark, 1});
  return text;
}

}  // namespace

std::optional<std::string> letter_lmms_extract(std::string_view reply, std::span<const Choice> choices) {
  const std::string clean = replace_invalid_utf8(reply);
  if (python::strip(clean).empty()) return std::nullopt;
  const std::string text = wrapped(" ", without_marks(python::strip(clean), ",.!?;:'\""), " ");
  std::vector<Candidate> candidates;
  add_spelled(candidates, text, choices, "(", ")", kParentheses);
  add_spelled(candidates, text, choices, "", ".", kPeriod);
  add_spelled(candidates, text, choices, "", ":", kColon);
  add_spelled(candidates, text, choices, "", ")", kRightParenthesis);
  add_spelled(candidates, text, choices, "", " ", kSpace);
  add_after_phrases(candidates, text, choices);
  add_at_ends(candidates, python::strip(text), choices);
  if (candidates.empty()) add_spelled(candidates, text, choices, "", "", kFallback);
  if (candidates.empty()) return std::nullopt;
  const auto is_less = [](const Candidate& a, const Candidate& b) {
    return a.sureness != b.sureness ? a.sureness < b.sureness : a.position < b.position;
  };
  return std::max_element(candidates.begin(), candidates.end(), is_less)->letter;  // the first of equals, as a stable sort leaves it
}

namespace {

/// Of several candidates the one with the last place; the first of equals, as numpy.argmax has it.
template <typename Place>
std::string last_of(const std::vector<const Choice*>& candidates, Place place) {
  const Choice* last = candidates.front();
  for (const Choice* candidate : candidates) {
    if (place(*candidate) > place(*last)) last = candidate;
  }
  return last->letter;
}

std::optional<std::string> mmmu_letter(std::string_view reply, std::span<const Choice> choices, bool as_lmms) {
  const std::string text = wrapped(" ", without_marks(reply, ",.!?;:'"), " ");
  std::vector<const Choice*> candidates;
  const auto find_spelled = [&](std::string_view before, std::string_view after) {
    for (const auto& choice : choices) {
      if (contains(text, wrapped(before, choice.letter, after))) candidates.push_back(&choice);
    }
    return !candidates.empty();
  };
  const auto place_of = [](std::string_view where, std::string_view what) {
    const auto at = where.rfind(what);
    return at == std::string_view::npos ? std::ptrdiff_t{-1} : static_cast<std::ptrdiff_t>(at);
  };
  if (find_spelled("(", ")")) {
    return last_of(candidates, [&](const Choice& choice) { return place_of(text, wrapped("(", choice.letter, ")")); });
  }
  if (as_lmms ? find_spelled("", " ") || find_spelled("", ".") : find_spelled(" ", " ")) {
    return last_of(candidates, [&](const Choice& choice) { return place_of(text, wrapped(" ", choice.letter, " ")); });
  }
  if (python::split(text).size() <= 5) return std::nullopt;
  const std::string lowered = python::lower(text);
  for (const auto& choice : choices) {
    if (contains(lowered, python::lower(choice.text))) candidates.push_back(&choice);
  }
  if (candidates.empty()) return std::nullopt;
  return last_of(candidates, [&](const Choice& choice) { return place_of(lowered, python::lower(choice.text)); });
}

}  // namespace

std::optional<std::string> letter_mmmu(std::string_view reply, std::span<const Choice> choices) {
  return mmmu_letter(reply, choices, false);
}

std::optional<std::string> letter_lmms_mmmu(std::string_view reply, std::span<const Choice> choices) {
  return mmmu_letter(reply, choices, true);
}

std::optional<std::string> letter_scienceqa(std::string_view reply) {
  constexpr std::string_view kPhrase = "The answer is ";
  std::optional<std::string> found;
  for (auto at = reply.find(kPhrase); at != std::string_view::npos; at = reply.find(kPhrase, at)) {
    at += kPhrase.size();
    const auto rest = reply.substr(at);
    if (rest.size() < 2 || rest[0] < 'A' || rest[0] > 'Z' || rest[1] == '\n') continue;  // the pattern's full stop is any letter but a line end
    if (found) return std::nullopt;
    found = rest.substr(0, 1);
    at += 2;
  }
  return found;
}

std::optional<std::string> letter_llava_scienceqa(std::string_view reply) {
  const bool begins = !reply.empty() && reply[0] >= 'A' && reply[0] <= 'E';
  if (begins && (reply.size() == 1 || reply.substr(1).starts_with(". "))) return std::string(reply.substr(0, 1));
  return letter_scienceqa(reply);
}

std::optional<std::string> letter_lmms_scienceqa(std::string_view reply, std::span<const Choice> choices) {
  const std::string capital = python::upper(reply);
  if (is_one_of(choices, capital)) return capital;
  if (reply.size() >= 2 && reply[0] >= 'A' && reply[0] <= 'Z' && reply[1] == '.') return std::string(reply.substr(0, 1));
  return std::nullopt;
}

std::optional<std::string> letter_mmstar(std::string_view reply, std::span<const Choice> choices) {
  const std::string lowered = python::lower(reply);
  const std::string text = python::replace(python::strip(lowered), "\n", " ");
  for (const std::string_view head : {"the answer is ", "option ", "(", ""}) {
    if (!text.starts_with(head) || text.size() == head.size()) continue;
    const std::string letter = python::upper(std::string_view(text).substr(head.size(), 1));
    if (is_one_of(choices, letter)) return letter;
  }
  return std::nullopt;
}

std::optional<std::string> letter_lmms_ai2d(std::string_view reply, std::span<const Choice> choices) {
  const std::u32string letters = python::decode(reply);
  const std::size_t start = after_spaces(letters, 0);
  if (start + 1 < letters.size() && letters[start] >= U'A' && letters[start] <= U'Z' && letters[start + 1] == U'.') {
    return std::string(1, static_cast<char>(letters[start]));
  }
  std::string text = python::lower(reply);
  std::erase_if(text, [](char c) { return std::string_view("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~").find(c) != std::string_view::npos; });
  const std::string letter = python::upper(text);
  return is_one_of(choices, letter) ? std::optional(letter) : std::nullopt;
}

std::optional<std::string> letter_internvl(std::string_view reply, std::span<const Choice> choices) {
  const std::string_view text = python::strip(reply);
  if (text.empty()) return std::nullopt;
  if (python::length(text) == 1) return std::string(text);
  if (is_one_of(choices, text.substr(0, 1))) return std::string(text.substr(0, 1));
  for (const auto& choice : choices) {
    if (contains(text, choice.text)) return choice.letter;
  }
  return std::string(text);
}

std::optional<std::string> letter_first(std::string_view reply) {
  const std::u32string letters = python::decode(reply);
  return letters.empty() ? std::nullopt : std::optional(python::encode(std::u32string_view(letters).substr(0, 1)));
}

std::string letter_xcomposer(std::string_view reply) {
  const auto at = std::find_if(reply.begin(), reply.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
  return at == reply.end() ? "Z" : std::string(1, *at);
}

}  // namespace assay
