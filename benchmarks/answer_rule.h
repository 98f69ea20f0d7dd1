#pragma once
#include <string_view>

namespace assay {

/// How a benchmark's scoring profile reads a reply and what it compares, in one line that begins with the name of the function that does it:
/// for people who ask why two profiles disagree. Empty where the catalogue has no such benchmark or the benchmark no such profile.
[[nodiscard]] std::string_view answer_rule(std::string_view benchmark, std::string_view profile);

}  // namespace assay
