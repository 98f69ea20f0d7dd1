#include "metrics/vqa_answer.h"

#include <algorithm>

#include "metrics/python_text.h"
#include "metrics/vqa_punctuation.h"

namespace assay {
namespace {

struct Word {
  std::string_view from, to;  ///< an empty `to` drops the word
};

/// Numbers, articles and contractions in one table: none of them maps to another's key. Of the source's 120 contractions the four with a
/// capital (Id've, I'dve, Im, Ive) are left out, which no lower-cased word can be, and the two that map to themselves.
constexpr Word kWords[] = {
    {"'ow'sat", "'ow's'at"}, {"'ows'at", "'ow's'at"}, {"a", ""}, {"aint", "ain't"}, {"an", ""}, {"arent", "aren't"}, {"cant", "can't"},
    {"couldn'tve", "couldn't've"}, {"couldnt", "couldn't"}, {"couldnt've", "couldn't've"}, {"couldve", "could've"}, {"didnt", "didn't"},
    {"doesnt", "doesn't"}, {"dont", "don't"}, {"eight", "8"}, {"five", "5"}, {"four", "4"}, {"hadn'tve", "hadn't've"},
    {"hadnt", "hadn't"}, {"hadnt've", "hadn't've"}, {"hasnt", "hasn't"}, {"havent", "haven't"}, {"he'dve", "he'd've"}, {"hed", "he'd"},
    {"hed've", "he'd've"}, {"hes", "he's"}, {"howd", "how'd"}, {"howll", "how'll"}, {"hows", "how's"}, {"isnt", "isn't"},
    {"it'dve", "it'd've"}, {"itd", "it'd"}, {"itd've", "it'd've"}, {"itll", "it'll"}, {"maam", "ma'am"}, {"mightn'tve", "mightn't've"},
    {"mightnt", "mightn't"}, {"mightnt've", "mightn't've"}, {"mightve", "might've"}, {"mustnt", "mustn't"}, {"mustve", "must've"},
    {"neednt", "needn't"}, {"nine", "9"}, {"none", "0"}, {"notve", "not've"}, {"oclock", "o'clock"}, {"one", "1"},
    {"oughtnt", "oughtn't"}, {"ow's'at", "'ow's'at"}, {"seven", "7"}, {"shant", "shan't"}, {"she'dve", "she'd've"},
    {"shed've", "she'd've"}, {"shouldn'tve", "shouldn't've"}, {"shouldnt", "shouldn't"}, {"shouldnt've", "shouldn't've"},
    {"shouldve", "should've"}, {"six", "6"}, {"somebody'd", "somebodyd"}, {"somebody'dve", "somebody'd've"},
    {"somebodyd've", "somebody'd've"}, {"somebodyll", "somebody'll"}, {"somebodys", "somebody's"}, {"someone'dve", "someone'd've"},
    {"someoned", "someone'd"}, {"someoned've", "someone'd've"}, {"someonell", "someone'll"}, {"someones", "someone's"},
    {"something'dve", "something'd've"}, {"somethingd", "something'd"}, {"somethingd've", "something'd've"},
    {"somethingll", "something'll"}, {"ten", "10"}, {"thats", "that's"}, {"the", ""}, {"there'dve", "there'd've"}, {"thered", "there'd"},
    {"thered've", "there'd've"}, {"therere", "there're"}, {"theres", "there's"}, {"they'dve", "they'd've"}, {"theyd", "they'd"},
    {"theyd've", "they'd've"}, {"theyll", "they'll"}, {"theyre", "they're"}, {"theyve", "they've"}, {"three", "3"}, {"twas", "'twas"},
    {"two", "2"}, {"wasnt", "wasn't"}, {"we'dve", "we'd've"}, {"wed've", "we'd've"}, {"werent", "weren't"}, {"weve", "we've"},
    {"whatll", "what'll"}, {"whatre", "what're"}, {"whats", "what's"}, {"whatve", "what've"}, {"whens", "when's"}, {"whered", "where'd"},
    {"wheres", "where's"}, {"whereve", "where've"}, {"who'dve", "who'd've"}, {"whod", "who'd"}, {"whod've", "who'd've"},
    {"wholl", "who'll"}, {"whos", "who's"}, {"whove", "who've"}, {"whyll", "why'll"}, {"whyre", "why're"}, {"whys", "why's"},
    {"wont", "won't"}, {"wouldn'tve", "wouldn't've"}, {"wouldnt", "wouldn't"}, {"wouldnt've", "wouldn't've"}, {"wouldve", "would've"},
    {"y'all'dve", "y'all'd've"}, {"y'alld've", "y'all'd've"}, {"y'allll", "y'all'll"}, {"yall", "y'all"}, {"yall'd've", "y'all'd've"},
    {"yall'll", "y'all'll"}, {"you'dve", "you'd've"}, {"youd", "you'd"}, {"youd've", "you'd've"}, {"youll", "you'll"},
    {"youre", "you're"}, {"youve", "you've"}, {"zero", "0"},
};

constexpr std::size_t kLongestWord = [] {
  std::size_t longest = 0;
  for (const auto& word : kWords) longest = std::max(longest, word.from.size());
  return longest;
}();

/// The word as it is to be written; nullptr for the word itself.
const Word* find_word(std::string_view word) {
  if (word.size() > kLongestWord) return nullptr;
  const auto* found = std::ranges::lower_bound(kWords, word, {}, &Word::from);
  return found != std::end(kWords) && found->from == word ? found : nullptr;
}

}  // namespace

std::string vqa_cleaned(std::string_view answer) {
  std::string text(answer);
  std::ranges::replace(text, '\n', ' ');
  std::ranges::replace(text, '\t', ' ');
  return std::string(python::strip(text));
}

std::string vqa_digits_and_articles(std::string_view text) {
  const std::string lowered = python::lower(text);
  std::string out;
  out.reserve(lowered.size() + 2);
  bool is_first = true;
  for (const auto word : python::split(lowered)) {
    const Word* found = find_word(word);
    if (found != nullptr && found->to.empty()) continue;
    if (!is_first) out += ' ';
    out += found != nullptr ? found->to : word;
    is_first = false;
  }
  return out;
}

std::string vqa_answer_official(std::string_view answer) { return vqa_digits_and_articles(vqa_punctuation(vqa_cleaned(answer))); }

std::string vqa_answer_evalai(std::string_view answer) {
  std::string text;
  for (const char c : python::lower(answer)) {
    if (c == ',' || c == '?') continue;
    if (c == 's' && text.ends_with('\'')) text.insert(text.size() - 1, 1, ' ');
    text += c;
  }
  return vqa_digits_and_articles(vqa_punctuation(vqa_cleaned(python::strip(text))));
}

std::string vqa_answer_vlmevalkit(std::string_view answer) { return vqa_digits_and_articles(vlmevalkit_punctuation(vqa_cleaned(answer))); }

}  // namespace assay
