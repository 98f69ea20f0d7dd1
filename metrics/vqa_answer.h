#pragma once
#include <string>
#include <string_view>

/// Short answers made comparable: letter case, punctuation, numbers in words, articles and apostrophes. The four are not exchangeable:
/// each belongs to published numbers.
namespace assay {

/// Line feeds and tabs as spaces, stripped: what the official script does to every answer, and all it does where all ten are alike.
[[nodiscard]] std::string vqa_cleaned(std::string_view answer);

/// Lower-cased words: `none` to `ten` as digits, articles dropped, missing apostrophes put back (dont: don't), one space between.
/// Source   GT-Vision-Lab/VQA a013f004 PythonEvaluationTools/vqaEvaluation/vqaEval.py, processDigitArticle; the tables are the same in all
///          toolkits
[[nodiscard]] std::string vqa_digits_and_articles(std::string_view text);

/// The official script, and lmms-eval's VQAv2: cleaned, punctuation, words.
[[nodiscard]] std::string vqa_answer_official(std::string_view answer);

/// EvalAI's processor, as LLaVA, InternVL and lmms-eval copied it: besides, commas and question marks go first, and 's stands apart.
/// Source   haotian-liu/LLaVA c121f043 llava/eval/m4c_evaluator.py, EvalAIAnswerProcessor
[[nodiscard]] std::string vqa_answer_evalai(std::string_view answer);

/// VLMEvalKit: as the official script, but a full stop beside a digit stays.
/// Source   open-compass/VLMEvalKit e8e78f05 vlmeval/dataset/utils/vqa_eval.py, process_answer
[[nodiscard]] std::string vqa_answer_vlmevalkit(std::string_view answer);

}  // namespace assay
