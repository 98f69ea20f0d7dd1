#include "benchmarks/short_answer.h"
#include "metrics/vqa_accuracy.h"
#include "metrics/vqa_answer.h"

/// VQAv2, OK-VQA, TextVQA and VizWiz: ten people's answers to each question, and agreement with them.
namespace assay {
namespace {

constexpr std::string_view kShortLine = "\nAnswer the question using a single word or phrase.";
constexpr std::string_view kShortBehind = " Answer the question using a single word or phrase.";
constexpr std::string_view kUnanswerableLines =
    "\nWhen the provided information is insufficient, respond with 'Unanswerable'.\nAnswer the question using a single word or phrase.";
constexpr std::string_view kUnanswerableBehind =
    " When the provided information is insufficient, respond with 'Unanswerable'. Answer the question using a single word or phrase.";

constexpr ShortAnswerPrompt kVqav2Prompts[] = {
    {"vlmevalkit", kShortLine, 4096, 6},  {"internvl", kShortBehind, 10, 6}, {"lmms-eval", kShortLine, 16},
    {"llava", kShortLine, 128},           {"qwen", " Answer:", 10},          {"plain", kShortLine, 1024},
};
constexpr ShortAnswerPrompt kOkvqaPrompts[] = {
    {"vlmevalkit", kShortLine, 4096, 6},  {"internvl", kShortBehind, 10, 6}, {"lmms-eval", kUnanswerableLines, 1024},
    {"llava", kShortLine, 128},           {"qwen", " Answer:", 10},          {"plain", kShortLine, 1024},
};
constexpr ShortAnswerPrompt kTextvqaPrompts[] = {
    {"vlmevalkit", kShortLine, 4096, 6},
    {"internvl", kShortBehind, 10, 24},
    {"lmms-eval", kShortLine, 1024, 0, true},
    {"lmms-eval-ocr", kShortLine, 1024, 0, true, true},
    {"llava", kShortLine, 128, 0, false, true},
    {"qwen", " Answer:", 10},
    {"plain", kShortLine, 1024},
};
constexpr ShortAnswerPrompt kVizwizPrompts[] = {
    {"vlmevalkit", kShortLine, 4096, 6},
    {"internvl", kUnanswerableBehind, 10, 6},
    {"lmms-eval", kUnanswerableLines, 1024, 0, true},
    {"llava", kUnanswerableLines, 128},
    {"qwen", " Answer:", 10},
    {"plain", kUnanswerableLines, 1024},
};

template <VqaRule rule>
std::string answer(std::string_view reply, std::span<const std::string> references) {
  return vqa_answer(reply, references, rule);
}
template <VqaRule rule>
double accuracy(std::string_view reply, std::span<const std::string> references) {
  return vqa_accuracy(reply, references, rule);
}

/// LLaVA hands in answers that went through EvalAI's processor, and the official server scores those.
std::string handed_in_answer(std::string_view reply, std::span<const std::string> references) {
  return vqa_answer(vqa_answer_evalai(reply), references, VqaRule::kOfficial);
}
double handed_in_accuracy(std::string_view reply, std::span<const std::string> references) {
  return vqa_accuracy(vqa_answer_evalai(reply), references, VqaRule::kOfficial);
}

constexpr ShortAnswerScoring scoring_by_script(std::string_view name) {
  return {name, answer<VqaRule::kOfficial>, accuracy<VqaRule::kOfficial>, overall_rounded_percent, 100, false, true};
}
constexpr ShortAnswerScoring scoring_by_evalai(std::string_view name) {
  return {name, answer<VqaRule::kEvalAi>, accuracy<VqaRule::kEvalAi>, overall_fraction};
}
constexpr ShortAnswerScoring kVlmEvalKit = {"vlmevalkit", answer<VqaRule::kVlmEvalKit>, accuracy<VqaRule::kVlmEvalKit>, overall_numpy_percent, 100, true};
constexpr ShortAnswerScoring kLmmsEval = {"lmms-eval", answer<VqaRule::kLmmsEval>, accuracy<VqaRule::kLmmsEval>, overall_fraction};
constexpr ShortAnswerScoring kLmmsVqaV2 = {"lmms-eval", answer<VqaRule::kLmmsVqaV2>, accuracy<VqaRule::kLmmsVqaV2>, overall_fraction};
constexpr ShortAnswerScoring kHandedIn = {"llava", handed_in_answer, handed_in_accuracy, overall_rounded_percent, 100, false, true};

/// VLMEvalKit has neither VQAv2 nor OK-VQA: its profile there is its rule for short answers.
constexpr ShortAnswerScoring kVqav2Scorings[] = {
    scoring_by_script("official"), kVlmEvalKit, kLmmsVqaV2, scoring_by_evalai("internvl"), kHandedIn,
};
constexpr ShortAnswerScoring kOkvqaScorings[] = {
    scoring_by_script("official"), kVlmEvalKit, kLmmsEval, scoring_by_evalai("internvl"),
};
constexpr ShortAnswerScoring kVizwizScorings[] = {
    scoring_by_script("official"), kVlmEvalKit, kLmmsEval, scoring_by_evalai("internvl"), kHandedIn,
};
/// TextVQA's own metric is EvalAI's, which LLaVA and InternVL took from there.
constexpr ShortAnswerScoring kTextvqaScorings[] = {
    scoring_by_evalai("official"), kVlmEvalKit, kLmmsEval, scoring_by_evalai("internvl"),
    {"llava", answer<VqaRule::kEvalAi>, accuracy<VqaRule::kEvalAi>, overall_percent, 100},
};

constexpr std::size_t kTenOrSo = 2;  ///< one answer has no others to agree with

const std::vector<std::string> kCocoFolders = {"val2014", "coco", "images", "test2015"};

const ShortAnswerSet kSets[] = {
    {.name = "okvqa_val", .split = "val", .folders = {"okvqa", "OK-VQA", "OKVQA"},
     .questions = {"OpenEnded_mscoco_val2014_questions.json", "okvqa_val.jsonl"}, .annotations = {"mscoco_val2014_annotations.json"},
     .what = "the official OpenEnded_mscoco_val2014_questions.json or Qwen-VL's okvqa_val.jsonl, and beside it mscoco_val2014_annotations.json",
     .image_folders = kCocoFolders, .prompts = kOkvqaPrompts, .scorings = kOkvqaScorings, .breakdowns = {"answer_type", "question_type"},
     .is_graded = true, .fewest_references = kTenOrSo,
     .hub = {"OK-VQA", "data/val2014-*.parquet"}},
    {.name = "textvqa_val", .split = "val", .folders = {"textvqa", "TextVQA", "LMUData"},
     .questions = {"TextVQA_0.5.1_val.json", "textvqa_val_questions.json", "textvqa_val.jsonl", "textvqa_val_llava.jsonl", "TextVQA_VAL.tsv"},
     .annotations = {"textvqa_val_annotations.json"},
     .what = "the official TextVQA_0.5.1_val.json, Qwen-VL's textvqa_val_questions.json or textvqa_val.jsonl with textvqa_val_annotations.json beside "
             "it, or VLMEvalKit's TextVQA_VAL.tsv",
     .image_folders = {"train_images", "images"}, .prompts = kTextvqaPrompts, .scorings = kTextvqaScorings, .is_graded = true,
     .fewest_references = kTenOrSo,
     .hub = {"textvqa", "data/validation-*.parquet"}},
    {.name = "vizwiz_test", .split = "test", .folders = {"vizwiz", "VizWiz", "Annotations"}, .questions = {"vizwiz_test.jsonl", "test.json"},
     .what = "the official test.json or Qwen-VL's vizwiz_test.jsonl", .image_folders = {"test", "images/test", "images"}, .prompts = kVizwizPrompts,
     .scorings = kVizwizScorings, .is_graded = true, .submission = SubmissionForm::kImages,
     .hub = {"VizWiz-VQA", "data/test-*.parquet"}},
    {.name = "vizwiz_val", .split = "val", .folders = {"vizwiz", "VizWiz", "Annotations", "LMUData"},
     .questions = {"vizwiz_val.jsonl", "vizwiz_val_questions.json", "val.json", "VizWiz.tsv"}, .annotations = {"vizwiz_val_annotations.json"},
     .what = "the official val.json, Qwen-VL's vizwiz_val.jsonl with vizwiz_val_annotations.json beside it, or VLMEvalKit's VizWiz.tsv",
     .image_folders = {"val", "images/val", "images"}, .prompts = kVizwizPrompts, .scorings = kVizwizScorings, .breakdowns = {"answer_type"},
     .is_graded = true, .fewest_references = kTenOrSo,
     .hub = {"VizWiz-VQA", "data/val-*.parquet"}},
    {.name = "vqav2_testdev", .split = "test-dev", .folders = {"vqav2", "VQAv2"},
     .questions = {"v2_OpenEnded_mscoco_test-dev2015_questions.json", "vqav2_testdev.jsonl"},
     .what = "the official v2_OpenEnded_mscoco_test-dev2015_questions.json or Qwen-VL's vqav2_testdev.jsonl", .image_folders = kCocoFolders,
     .prompts = kVqav2Prompts, .scorings = kVqav2Scorings, .is_graded = true, .submission = SubmissionForm::kQuestionIds,
     .hub = {"VQAv2", "data/testdev-*.parquet"}},
    {.name = "vqav2_val", .split = "val", .folders = {"vqav2", "VQAv2"},
     .questions = {"v2_OpenEnded_mscoco_val2014_questions.json", "vqav2_val.jsonl"}, .annotations = {"v2_mscoco_val2014_annotations.json"},
     .what = "the official v2_OpenEnded_mscoco_val2014_questions.json or Qwen-VL's vqav2_val.jsonl, and beside it v2_mscoco_val2014_annotations.json",
     .image_folders = kCocoFolders, .prompts = kVqav2Prompts, .scorings = kVqav2Scorings, .breakdowns = {"answer_type", "question_type"},
     .is_graded = true, .fewest_references = kTenOrSo,
     .hub = {"VQAv2", "data/validation-*.parquet"}},
};

}  // namespace

std::unique_ptr<Benchmark> make_vqa(std::string_view name) { return make_short_answer(find_set(kSets, name)); }

}  // namespace assay
