#pragma once
#include <string>
#include <string_view>

#include "datasets/sample.h"

/// MathVista's longer texts.
namespace assay {

/// The question as lmms-eval's format prompt puts it: question and unit, lettered choices, how to answer.
/// Source   EvolvingLMMs-Lab/lmms-eval 75571cfe lmms_eval/tasks/mathvista/mathvista_evals.py, create_one_query("format-prompt")
[[nodiscard]] std::string mathvista_lmms_text(const Sample& sample);

/// What a judge is asked, to read the answer out of a reply.
/// Source   lupantech/MathVista 53d52587 evaluation/prompts/ext_ans.py, evaluation/extract_answer.py, create_test_prompt
[[nodiscard]] std::string mathvista_judge_text(std::string_view query, std::string_view reply);
/// Source   open-compass/VLMEvalKit e8e78f05 vlmeval/dataset/utils/mathvista.py, build_mathvista_gpt4_prompt ("respone" and the missing line
///          feed are its own)
[[nodiscard]] std::string mathvista_judge_text_vlmevalkit(std::string_view question, std::string_view reply);

}  // namespace assay
