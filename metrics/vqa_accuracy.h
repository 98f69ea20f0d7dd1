#pragma once
#include <span>
#include <string>
#include <string_view>

namespace assay {

/// Whose rule: how answers are normalised and how ten of them are averaged.
enum class VqaRule {
  kOfficial,    ///< as in the VQA challenge: normalised only where the ten answers, cleaned, are not all the same
  kEvalAi,      ///< always, by EvalAI's processor: LLaVA, InternVL
  kVlmEvalKit,  ///< always, by its own; averaged by numpy
  kLmmsEval,    ///< always, by EvalAI's processor; averaged by Python's `statistics`
  kLmmsVqaV2,   ///< always, by the official functions; averaged by Python's `statistics`
};

/// Agreement with the people who were asked: for each of them min(1, how many of the *others* gave this answer / 3), and the mean of that.
/// With ten answers k matches are worth 0, .3, .6, .9 and, from four on, 1.
///
/// Range        [0, 1], higher is better
/// Divides by   the number of answers
/// Empty        no answers: NaN. One answer has no others and is always worth 0
/// Source       Antol et al. 2015, arXiv:1505.00468; GT-Vision-Lab/VQA a013f004 PythonEvaluationTools/vqaEvaluation/vqaEval.py, evaluate;
///              haotian-liu/LLaVA c121f043 llava/eval/m4c_evaluator.py; open-compass/VLMEvalKit e8e78f05 vlmeval/dataset/utils/vqa_eval.py;
///              EvolvingLMMs-Lab/lmms-eval 75571cfe lmms_eval/tasks/vqav2/utils.py, tasks/textvqa/utils.py
/// Differs      EvalAI's processor insists on exactly ten answers. The official script and lmms-eval's VQAv2 leave every annotation out of
///              "the others" that equals this one in all fields, answer_id included; here it is told by its place
[[nodiscard]] double vqa_accuracy(std::string_view prediction, std::span<const std::string> answers, VqaRule rule);

/// The prediction as the rule compares it.
[[nodiscard]] std::string vqa_answer(std::string_view prediction, std::span<const std::string> answers, VqaRule rule);

}  // namespace assay
