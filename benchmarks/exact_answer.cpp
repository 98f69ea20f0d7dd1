#include <algorithm>

#include "benchmarks/short_answer.h"
#include "datasets/hub_sets.h"
#include "metrics/exact_answer.h"

/// GQA and OCR-VQA: a reply is right when it is the answer, letter for letter.
namespace assay {
namespace {

constexpr std::string_view kShortLine = "\nAnswer the question using a single word or phrase.";
constexpr std::string_view kShortBehind = " Answer the question using a single word or phrase.";

constexpr ShortAnswerPrompt kGqaPrompts[] = {
    {"vlmevalkit", kShortLine, 4096, 6}, {"internvl", kShortBehind, 10, 6}, {"lmms-eval", kShortLine, 16},
    {"llava", kShortLine, 128},          {"qwen", " Answer:", 10},          {"plain", kShortLine, 1024},
};
constexpr ShortAnswerPrompt kOcrvqaPrompts[] = {
    {"vlmevalkit", kShortLine, 4096, 12}, {"internvl", kShortBehind, 100, 6}, {"qwen", " Answer:", 100},
    {"plain", kShortLine, 1024},
};

using Reading = std::string (*)(std::string_view);

template <Reading reading>
std::string answer(std::string_view reply, std::span<const std::string>) {
  return reading(reply);
}

/// Both read alike; any of several answers will do.
template <Reading reading>
double is_answer(std::string_view reply, std::span<const std::string> references) {
  const std::string read = reading(reply);
  return std::ranges::any_of(references, [&](const std::string& reference) { return reading(reference) == read; }) ? 1 : 0;
}

/// GQA's script compares what it is handed with the answer as it stands.
double is_gqa_answer(std::string_view reply, std::span<const std::string> references) {
  return std::ranges::find(references, exact_answer_gqa(reply)) != references.end() ? 1 : 0;
}

constexpr ShortAnswerScoring stripped(std::string_view name) {
  return {name, answer<exact_answer_stripped>, is_answer<exact_answer_stripped>, overall_fraction};
}
constexpr ShortAnswerScoring kVlmEvalKit = {
    "vlmevalkit", answer<exact_answer_stripped>, is_answer<exact_answer_stripped>, overall_numpy_percent, 100, true};
constexpr ShortAnswerScoring kLmmsEval = {"lmms-eval", answer<exact_answer_lmms>, is_answer<exact_answer_lmms>, overall_fraction};

constexpr ShortAnswerScoring by_gqa_script(std::string_view name) { return {name, answer<exact_answer_gqa>, is_gqa_answer, overall_percent, 100}; }

constexpr ShortAnswerScoring kGqaScorings[] = {
    by_gqa_script("official"), kVlmEvalKit, kLmmsEval, by_gqa_script("internvl"), by_gqa_script("llava"),
};
/// There is no script of the authors'; papers use the rule of Qwen-VL, which InternVL and VLMEvalKit share. lmms-eval has no OCR-VQA: its
/// profile is its rule for exact answers.
constexpr ShortAnswerScoring kOcrvqaScorings[] = {stripped("official"), kVlmEvalKit, kLmmsEval, stripped("internvl"), stripped("qwen")};

const ShortAnswerSet kSets[] = {
    {.name = "gqa_testdev", .split = "testdev_balanced", .folders = {"gqa", "GQA", "LMUData"},
     .questions = {"testdev_balanced_questions.json", "testdev_balanced.jsonl", "llava_gqa_testdev_balanced_qwen_format.jsonl",
                   "GQA_TestDev_Balanced.tsv"},
     .what = "the official testdev_balanced_questions.json, Qwen-VL's testdev_balanced.jsonl or VLMEvalKit's GQA_TestDev_Balanced.tsv",
     .image_folders = {"images"}, .prompts = kGqaPrompts, .scorings = kGqaScorings, .breakdowns = {"types.structural"},
     .hub = {"GQA", "testdev_balanced_instructions/testdev-*.parquet"}, .open_hub = open_hub_gqa},
    {.name = "ocrvqa_test", .split = "test", .folders = {"ocrvqa", "OCRVQA", "OCR-VQA", "LMUData"}, .questions = {"ocrvqa_test.jsonl", "OCRVQA_TEST.tsv"},
     .what = "Qwen-VL's ocrvqa_test.jsonl or VLMEvalKit's OCRVQA_TEST.tsv", .image_folders = {"images"}, .prompts = kOcrvqaPrompts,
     .scorings = kOcrvqaScorings},
    {.name = "ocrvqa_testcore", .split = "test", .folders = {"ocrvqa", "OCRVQA", "OCR-VQA", "LMUData"}, .questions = {"OCRVQA_TESTCORE.tsv"},
     .what = "VLMEvalKit's OCRVQA_TESTCORE.tsv", .image_folders = {"images"}, .prompts = kOcrvqaPrompts, .scorings = kOcrvqaScorings},
};

}  // namespace

std::unique_ptr<Benchmark> make_exact_answer(std::string_view name) { return make_short_answer(find_set(kSets, name)); }

}  // namespace assay
