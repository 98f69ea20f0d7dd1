#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace assay {

/// The elements of a Python list literal of texts, numbers, True, False and None, each as str() prints it; nothing for any other text.
/// VLMEvalKit keeps lists of answers and picture paths in cells of this form.
///
/// Differs  the original evaluates the text as Python code; nested lists and expressions are taken for plain text here
[[nodiscard]] std::optional<std::vector<std::string>> python_list(std::string_view text);

}  // namespace assay
