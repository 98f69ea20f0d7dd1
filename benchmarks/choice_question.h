#pragma once
#include <string_view>

#include "benchmarks/benchmark.h"
#include "benchmarks/prompt.h"
#include "metrics/option_letter.h"

/// How multiple-choice questions are asked: MMBench, CCBench and SEED-Bench share these texts.
namespace assay {

/// Nothing stands behind the options' text; how much may be written and how many tiles a picture gets is alike too.
inline constexpr SuffixProfile kChoicePrompts[] = {
    {"vlmevalkit", "", 4096, 6},
    {"internvl", "", 100, 6},
    {"lmms-eval", "", 1024, 0},
    {"llava", "", 1024, 0},
    {"plain", "", 1024, 0},
};

/// VLMEvalKit's own: `Hint: ...`, `Question: ...`, `Options:`, one a line, and a request to select.
/// Source   open-compass/VLMEvalKit e8e78f05 vlmeval/dataset/image_mcq.py, ImageMCQDataset.build_prompt
[[nodiscard]] std::string choice_text_plain(const Sample& sample);

enum class AskIn { kEnglish, kChinese, kLanguageOfQuestion };

/// LLaVA's and InternVL's: hint, question, `A. ...` lines, and a request for the letter (for a direct answer where there are no options).
/// `kLanguageOfQuestion` asks in Chinese when the text so far has a Chinese letter, as VLMEvalKit does.
/// Source   open-compass/VLMEvalKit e8e78f05 vlmeval/vlm/internvl/utils.py, build_multi_choice_prompt; OpenGVLab/InternVL 2410d1db
///          internvl_chat/eval/mmbench/evaluate_mmbench.py
[[nodiscard]] std::string choice_text_letter(const Sample& sample, AskIn language);

/// Qwen-VL's: `before`, then `Question: ...`, `Options: A. ...` one a line, `Answer:`. Its own scripts rank the letters behind this text.
/// Source   QwenLM/Qwen-VL aa00ed04 eval_mm/evaluate_multiple_choice.py, eval_mm/seed_bench/eval.py
[[nodiscard]] std::string choice_text_qwen(const Sample& sample, std::string_view before);

/// The options of the sample as the letter rules take them; A to D without text where it has none.
[[nodiscard]] std::vector<Choice> choices_of(const Sample& sample);

}  // namespace assay
