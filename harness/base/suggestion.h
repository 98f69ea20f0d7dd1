#pragma once
#include <span>
#include <string>
#include <string_view>

namespace assay {

/// "; did you mean \"mme\"?" when a known name is near `name` (at most a third of its letters differ), else "; known: a, b, c".
[[nodiscard]] std::string suggestion(std::string_view name, std::span<const std::string> known);

}  // namespace assay
