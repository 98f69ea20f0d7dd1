#pragma once
#include <string_view>

namespace assay {

/// Whether a chart answer is right: a number within 5 % of the target, anything else equal but for letter case. `5%` is 0.05. There is no
/// rule for years, thousands commas or units. A target of zero is compared as text.
///
/// The tolerance is relative to `target`, so the two arguments cannot be exchanged: 9.5 is right for 10, while
/// relaxed_match(9.5, 10) is what Qwen-VL, InternVL and XComposer compute (they pass the prediction first) and is wrong.
///
/// Source       Masry et al. 2022, arXiv:2203.10244, section 5.1; google-research/pix2struct 945f27e9 pix2struct/metrics.py,
///              relaxed_correctness; its copies in VLMEvalKit e8e78f05 and lmms-eval 75571cfe
[[nodiscard]] bool relaxed_match(std::string_view target, std::string_view prediction);

}  // namespace assay
