#pragma once
#include <optional>
#include <string>
#include <vector>

#include "benchmarks/benchmark.h"
#include "metrics/yes_no.h"

/// What a judge is asked about a reply that a toolkit's own rule cannot read, or that its authors have a judge compare.
namespace assay {

/// Whether a judge's word on the reply matters: the sample has a label, and the model did not fail.
[[nodiscard]] bool may_be_judged(const Reply& reply);

/// The letter that stands for "none of the options" in the judge's answer.
enum class NoOption { kZ, kE };

/// Which option a reply means: in Chinese where the question is.
/// Source   open-compass/VLMEvalKit e8e78f05 vlmeval/dataset/utils/multiple_choice.py, build_prompt and build_prompt_cn; lmms-eval's copy says E for Z
[[nodiscard]] JudgeQuestion option_judge_question(const Sample& sample, const std::string& reply, NoOption none);

/// Whether a reply means yes or no, where `asks_judge` and the profile's rule has `read` neither; else no question. Asked up to five times, ever warmer,
/// while the answer is neither.
/// Source   open-compass/VLMEvalKit e8e78f05 vlmeval/dataset/utils/yorn.py, YOrN_match_prompt, YOrN_auxeval
[[nodiscard]] std::vector<JudgeQuestion> yes_no_judge_questions(const Reply& reply, YesNo read, bool asks_judge);

/// What the profile's rule has `read`, and where it says neither and `asks_judge`, what the judge answered; nothing without an answer.
[[nodiscard]] std::optional<YesNo> yes_no_or_judged(const Reply& reply, YesNo read, bool asks_judge);

/// Whether a reply is at odds with the reference answer: "correct", "incorrect" or "unclear".
/// Source   tianyi-lab/HallusionBench 744007c2 utils.py, evaluate_by_chatgpt
[[nodiscard]] JudgeQuestion conflict_judge_question(const Sample& sample, const std::string& reply);

}  // namespace assay
