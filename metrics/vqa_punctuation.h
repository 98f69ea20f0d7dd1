#pragma once
#include <string>
#include <string_view>

/// The punctuation rule for short answers: each of `; / [ ] " { } ( ) = + \ _ - > < @ ` , ? !` is deleted where the text has it next to a
/// space, or has a comma between digits anywhere, else made a space; then at most 32 full stops go (32 is re.UNICODE, which the sources pass
/// where the count belongs). Which full stops is what parts the two.
namespace assay {

/// The official script and its copies: full stops that no digit follows. The look-behind of their pattern is mistyped and bars nothing.
///
/// Source       GT-Vision-Lab/VQA a013f004 PythonEvaluationTools/vqaEvaluation/vqaEval.py, processPunctuation; haotian-liu/LLaVA c121f043
///              llava/eval/m4c_evaluator.py; EvolvingLMMs-Lab/lmms-eval 75571cfe lmms_eval/tasks/_task_utils/vqa_eval_metric.py
[[nodiscard]] std::string vqa_punctuation(std::string_view text);

/// VLMEvalKit: full stops without a digit on either side.
///
/// Source       open-compass/VLMEvalKit e8e78f05 vlmeval/smp/misc.py, process_punctuation
[[nodiscard]] std::string vlmevalkit_punctuation(std::string_view text);

}  // namespace assay
