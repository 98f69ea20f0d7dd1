#include "benchmarks/yaml_rules.h"

#include <algorithm>

#include "benchmarks/choice_question.h"
#include "metrics/anls.h"
#include "metrics/exact_answer.h"
#include "metrics/ocrbench_match.h"
#include "metrics/option_letter.h"
#include "metrics/python_text.h"
#include "metrics/relaxed_accuracy.h"
#include "metrics/vqa_accuracy.h"
#include "metrics/yes_no.h"

namespace assay {
namespace {

using Letter = std::optional<std::string>;

Reading letter_reading(Letter letter, const Sample& sample) {
  const bool is_right = letter && *letter == sample.references.front();
  return {std::move(letter), is_right ? 1.0 : 0.0};
}
template <Letter (*rule)(std::string_view, std::span<const Choice>)>
Reading letter(std::string_view reply, const Sample& sample) {
  return letter_reading(rule(reply, choices_of(sample)), sample);
}
template <Letter (*rule)(std::string_view)>
Reading bare_letter(std::string_view reply, const Sample& sample) {
  return letter_reading(rule(reply), sample);
}
Reading xcomposer_letter(std::string_view reply, const Sample& sample) { return letter_reading(letter_xcomposer(reply), sample); }

template <YesNo (*rule)(std::string_view)>
Reading yes_no(std::string_view reply, const Sample& sample) {
  const auto answer = rule(reply);
  const bool is_right = python::lower(python::strip(sample.references.front())) == name_of(answer);
  return {answer_of(answer), is_right ? 1.0 : 0.0};
}

std::string as_it_is(std::string_view reply) { return std::string(reply); }
/// Reply and label read alike; any of several labels will do.
template <std::string (*reading)(std::string_view)>
Reading equal(std::string_view reply, const Sample& sample) {
  auto read = reading(reply);
  const bool is_right = std::ranges::any_of(sample.references, [&](const std::string& reference) { return reading(reference) == read; });
  return {std::move(read), is_right ? 1.0 : 0.0};
}

template <bool target_first>
Reading relaxed(std::string_view reply, const Sample& sample) {
  const bool is_right = std::ranges::any_of(sample.references, [&](const std::string& label) { return target_first ? relaxed_match(label, reply) : relaxed_match(reply, label); });
  return {std::string(reply), is_right ? 1.0 : 0.0};
}

template <double (*rule)(std::string_view, std::span<const std::string>)>
Reading graded(std::string_view reply, const Sample& sample) {
  return {std::string(reply), rule(reply, sample.references)};
}
template <VqaRule rule>
Reading vqa(std::string_view reply, const Sample& sample) {
  return {vqa_answer(reply, sample.references, rule), vqa_accuracy(reply, sample.references, rule)};
}
Reading contains(std::string_view reply, const Sample& sample) {
  return {ocr_text(reply, OcrText::kPlain), contains_answer(reply, sample.references, OcrText::kPlain) ? 1.0 : 0.0};
}

constexpr YamlRule kRules[] = {
    {"anls", "1 - edit distance / length to the nearest answer, 0 below one half", graded<anls>, true},
    {"contains", "an answer in the reply, both lower case, stripped, line feeds as spaces", contains},
    {"exact", "the reply is an answer, letter for letter", equal<as_it_is>},
    {"exact_gqa", "the reply is an answer, both without full stops at the end and in lower case", equal<exact_answer_gqa>},
    {"exact_lmms", "the reply is an answer, both in lower case without ASCII punctuation", equal<exact_answer_lmms>},
    {"exact_stripped", "the reply is an answer, both stripped and in lower case", equal<exact_answer_stripped>},
    {"letter_first", "the reply's first letter", bare_letter<letter_first>},
    {"letter_internvl", "a first letter that is an option, else the first option whose text is in the reply, else the reply", letter<letter_internvl>},
    {"letter_lmms_extract", "every spelling of a letter is a candidate; the surest and then the last one wins", letter<letter_lmms_extract>},
    {"letter_lmms_mmbench", "the only one of A to E that stands alone, else the only option of A to D whose text is in the reply", letter<letter_lmms_mmbench>},
    {"letter_mmmu", "(X), else X between spaces, else an option's text; the last of several", letter<letter_mmmu>},
    {"letter_mmstar", "the letter comes first, or behind (, option or \"the answer is\"", letter<letter_mmstar>},
    {"letter_vlmevalkit", "the only letter that stands alone near the end or behind \"answer is\", else the only option whose text is in the reply", letter<letter_vlmevalkit>},
    {"letter_xcomposer", "the first of A to Z anywhere, else Z", xcomposer_letter},
    {"relaxed_accuracy", "a number within 5 % of the label, else equal but for letter case", relaxed<true>},
    {"relaxed_accuracy_swapped", "the label within 5 % of the number replied, else equal but for letter case", relaxed<false>},
    {"vqa_evalai", "agreement with ten answers, normalised by EvalAI's processor", vqa<VqaRule::kEvalAi>, true},
    {"vqa_official", "agreement with ten answers, normalised where they differ", vqa<VqaRule::kOfficial>, true},
    {"vqa_vlmevalkit", "agreement with ten answers, normalised by VLMEvalKit's rule", vqa<VqaRule::kVlmEvalKit>, true},
    {"yes_no_mme", "exactly yes or no in lower case, else what the first four letters hold", yes_no<yes_no_mme>},
    {"yes_no_pope", "no where the first sentence has the word no, No or not, else yes", yes_no<yes_no_pope>},
    {"yes_no_vlmevalkit", "the word yes or the word no anywhere, but not both", yes_no<yes_no_vlmevalkit>},
};

}  // namespace

std::span<const YamlRule> yaml_rules() { return kRules; }

}  // namespace assay
