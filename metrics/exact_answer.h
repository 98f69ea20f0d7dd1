#pragma once
#include <span>
#include <string>
#include <string_view>

/// Whether a short answer is the expected one, letter for letter, by each toolkit's idea of what does not count.
namespace assay {

/// As handed to GQA's own script: trailing full stops gone, lower case.
/// Source   haotian-liu/LLaVA c121f043 scripts/convert_gqa_for_eval.py; OpenGVLab/InternVL 2410d1db internvl_chat/eval/vqa/convert_gqa_for_eval.py
[[nodiscard]] std::string exact_answer_gqa(std::string_view reply);

/// Stripped, lower case.
/// Source   open-compass/VLMEvalKit e8e78f05 vlmeval/dataset/utils/vqa_eval.py, process_line('accuracy'); OpenGVLab/InternVL 2410d1db
///          internvl_chat/eval/vqa/evaluate_vqa.py, evaluate_exact_match_accuracy
[[nodiscard]] std::string exact_answer_stripped(std::string_view reply);

/// Lower case, without the 32 punctuation marks of ASCII; white space counts.
/// Source   EvolvingLMMs-Lab/lmms-eval 75571cfe lmms_eval/api/metrics.py, exact_match_hf_evaluate(ignore_case, ignore_punctuation)
[[nodiscard]] std::string exact_answer_lmms(std::string_view reply);

}  // namespace assay
