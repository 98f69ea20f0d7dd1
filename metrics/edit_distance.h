#pragma once
#include <cstddef>
#include <string_view>

namespace assay {

/// Levenshtein distance: the fewest insertions, deletions and substitutions of code points that turn `a` into `b`.
///
/// Range        [0, longer length]; 0 exactly when both are equal
/// Source       Levenshtein 1966; as levenshtein_distance in OpenGVLab/InternVL 2410d1db internvl_chat/eval/vqa/infographicsvqa_eval.py
[[nodiscard]] std::size_t edit_distance(std::u32string_view a, std::u32string_view b);

}  // namespace assay
