#pragma once
#include <optional>
#include <span>
#include <string>
#include <string_view>

/// Reading the letter of an option out of a reply, as each toolkit does. A rule belongs to a published number: they are not exchangeable.
/// Nothing is ever drawn at random: where a source draws, the functions here return nothing and say so.
namespace assay {

/// An option as it was asked.
struct Choice {
  std::string letter;  ///< one of A to Z
  std::string text;
};

/// VLMEvalKit, first half: refusals are "Z"; a letter that is the only one standing alone, among the last four words; "answer is X".
/// Source   open-compass/VLMEvalKit e8e78f05 vlmeval/utils/matching_util.py, can_infer_option (without VERBOSE)
[[nodiscard]] std::optional<std::string> letter_vlmevalkit_option(std::string_view reply, std::span<const Choice> choices);

/// VLMEvalKit, second half: the only option whose text the reply contains, if the reply is at most twice as long as all options together.
/// Source   as above, can_infer_text
[[nodiscard]] std::optional<std::string> letter_vlmevalkit_text(std::string_view reply, std::span<const Choice> choices);

/// VLMEvalKit: the first half, else the second. "Z" means that the model refused; nothing, that a judge would be asked.
/// Source   as above, can_infer
[[nodiscard]] std::optional<std::string> letter_vlmevalkit(std::string_view reply, std::span<const Choice> choices);

/// lmms-eval's MMBench: the only one of A to E standing alone (not when `A` is among four or more words), then with `.` `,` `:` `)` or
/// brackets around it, then the only option of A to D whose text the reply contains.
/// Source   EvolvingLMMs-Lab/lmms-eval 75571cfe lmms_eval/tasks/mmbench/mmbench_evals.py, can_infer
[[nodiscard]] std::optional<std::string> letter_lmms_mmbench(std::string_view reply, std::span<const Choice> choices);

/// lmms-eval's general rule: every spelling of a letter is a candidate, the surest and then the last one wins.
/// Source   EvolvingLMMs-Lab/lmms-eval 75571cfe lmms_eval/tasks/_task_utils/mcq_extract.py, extract_mcq_answer
[[nodiscard]] std::optional<std::string> letter_lmms_extract(std::string_view reply, std::span<const Choice> choices);

/// MMMU's own rule: `(X)`, else ` X `, else an option's text in a reply of more than five words; of several the last. Nothing where the
/// source draws a letter at random.
/// Source   MMMU-Benchmark/MMMU bb0b95a9 mmmu/utils/eval_utils.py, parse_multi_choice_response
[[nodiscard]] std::optional<std::string> letter_mmmu(std::string_view reply, std::span<const Choice> choices);

/// lmms-eval's copy of it: the second test is `X ` without a space before, and a third is `X.`. Nothing where the source draws.
/// Source   EvolvingLMMs-Lab/lmms-eval 75571cfe lmms_eval/tasks/_task_utils/mmmu_mcq_utils.py
[[nodiscard]] std::optional<std::string> letter_lmms_mmmu(std::string_view reply, std::span<const Choice> choices);

/// ScienceQA's own rule: `The answer is X` with any letter behind it, found exactly once. Nothing where the source draws a choice at random.
/// Source   lupantech/ScienceQA 2cbf8318 models/run_gpt3.py, get_gpt3_result
[[nodiscard]] std::optional<std::string> letter_scienceqa(std::string_view reply);

/// LLaVA's: the reply is one of A to E, or begins with `X. `, else as ScienceQA's own.
/// Source   haotian-liu/LLaVA c121f043 llava/eval/eval_science_qa.py
[[nodiscard]] std::optional<std::string> letter_llava_scienceqa(std::string_view reply);

/// lmms-eval's: the reply is an option's letter in either case, or begins with a capital letter and a full stop.
/// Source   EvolvingLMMs-Lab/lmms-eval 75571cfe lmms_eval/tasks/scienceqa/utils.py
[[nodiscard]] std::optional<std::string> letter_lmms_scienceqa(std::string_view reply, std::span<const Choice> choices);

/// MMStar's own rule, on the lower-cased, stripped reply: the letter comes first, or behind `(`, `option ` or `the answer is `.
/// Source   MMStar-Benchmark/MMStar 88f243ab eval/vlmeval/evaluate/mmstar.py
[[nodiscard]] std::optional<std::string> letter_mmstar(std::string_view reply, std::span<const Choice> choices);

/// lmms-eval's AI2D: a capital letter with a full stop at the start, else the whole reply but for case and ASCII punctuation (not white space).
/// Source   EvolvingLMMs-Lab/lmms-eval 75571cfe lmms_eval/tasks/ai2d/ai2d.yaml
[[nodiscard]] std::optional<std::string> letter_lmms_ai2d(std::string_view reply, std::span<const Choice> choices);

/// InternVL's scripts: a first letter that is an option, else the first option whose text the reply contains, else the stripped reply as it
/// is. Nothing for an empty reply, on which the source crashes.
/// Source   OpenGVLab/InternVL 2410d1db internvl_chat/eval/mmbench/evaluate_mmbench.py, post_process
[[nodiscard]] std::optional<std::string> letter_internvl(std::string_view reply, std::span<const Choice> choices);

/// The reply's first letter, whatever it is; nothing for an empty reply.
/// Source   AILab-CVC/SEED-Bench files, OpenGVLab/InternVL 2410d1db internvl_chat/eval/seed/calculation.py
[[nodiscard]] std::optional<std::string> letter_first(std::string_view reply);

/// The first of A to Z anywhere, else "Z".
/// Source   InternLM/InternLM-XComposer 0f70c3e3, evaluation notebooks
[[nodiscard]] std::string letter_xcomposer(std::string_view reply);

}  // namespace assay
