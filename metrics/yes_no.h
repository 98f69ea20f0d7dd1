#pragma once
#include <optional>
#include <string>
#include <string_view>

/// Reading "yes" or "no" out of a reply, as each toolkit does. A rule belongs to a published number: they are not exchangeable.
namespace assay {

enum class YesNo { kYes, kNo, kOther };

/// "yes", "no", "other".
[[nodiscard]] std::string_view name_of(YesNo answer);

/// What was read: "yes" or "no", nothing for neither.
[[nodiscard]] std::optional<std::string> answer_of(YesNo read);

/// Lower-cased; exactly yes or no, else what the first four letters hold, yes before no.
/// Source   MME eval_tool calculation.py, parse_pred_ans (as in OpenGVLab/InternVL 2410d1db internvl_chat/eval/mme/calculation.py)
[[nodiscard]] YesNo yes_no_mme(std::string_view reply);

/// As MME's, on the text stripped and without full stops; a single `y` or `n` counts.
/// Source   EvolvingLMMs-Lab/lmms-eval 75571cfe lmms_eval/tasks/mme/utils.py, parse_pred_ans
[[nodiscard]] YesNo yes_no_lmms_mme(std::string_view reply);

/// What InternVL's script makes of a reply before MME's rule: 不是 to no, 是 to yes, 否 to no, true to yes, false to no, other Chinese deleted.
/// Source   OpenGVLab/InternVL 2410d1db internvl_chat/eval/mme/eval.py, post_processing
[[nodiscard]] std::string internvl_mme_text(std::string_view reply);

/// The word yes or the word no anywhere, but not both.
/// Source   open-compass/VLMEvalKit e8e78f05 vlmeval/dataset/utils/yorn.py, YOrN_Extraction (kOther is its "Unknown")
[[nodiscard]] YesNo yes_no_vlmevalkit(std::string_view reply);

/// `No`, `not` or `no` among the words of the first sentence is no; everything else is yes.
/// Source   AoiDragon/POPE 08d957b9 evaluate.py
[[nodiscard]] YesNo yes_no_pope(std::string_view reply);

/// The text that lmms-eval compares with "yes" and "no": lower-cased and stripped.
/// Source   EvolvingLMMs-Lab/lmms-eval 75571cfe lmms_eval/tasks/pope/utils.py
[[nodiscard]] std::string lmms_pope_text(std::string_view reply);

/// No when the reply is exactly `no`, else yes (so `No` is yes).
/// Source   InternLM/InternLM-XComposer 0f70c3e3 InternLM-XComposer-2.0/evaluation, POPE
[[nodiscard]] YesNo yes_no_xcomposer_pope(std::string_view reply);

/// Yes when the lower-cased reply contains `yes`, else no.
/// Source   InternLM/InternLM-XComposer 0f70c3e3 InternLM-XComposer-2.0/evaluation, HallusionBench
[[nodiscard]] YesNo yes_no_xcomposer_hallusion(std::string_view reply);

}  // namespace assay
