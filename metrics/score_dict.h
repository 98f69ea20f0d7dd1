#pragma once
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace assay {

/// The scores in a judge's reply that ends with a Python dict, "... {'Creativity': 9, 'Richness': 6}": what stands from the first { to the last }. A score is a number or
/// a text that holds one, made whole towards zero and held to 0 to 10; None is left out. Nothing where that is no dict of such values.
///
/// Range    [0, 10]
/// Source   open-compass/VLMEvalKit 0e648adf vlmeval/dataset/utils/mmdu.py, mmdu_score; image_mt.py, calculat_metric
/// Differs  the original evaluates the text as Python code; other expressions are no dict here
[[nodiscard]] std::optional<std::map<std::string, double>> read_score_dict(std::string_view text);

}  // namespace assay
