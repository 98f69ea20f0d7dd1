#pragma once
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "model/tokenizer/unicode_regex.h"

namespace assay {

/// What tokenizer.json calls a pattern: a literal string or a regular expression.
using TextPattern = std::variant<std::string, UnicodeRegex>;

/// All its matches in `text`, from left to right, not overlapping. An empty literal matches nowhere.
[[nodiscard]] std::vector<UnicodeRegex::Range> find_all(const TextPattern& pattern, std::string_view text);

/// `text` with every match replaced by `content`.
[[nodiscard]] std::string replace_all(std::string_view text, const TextPattern& pattern, std::string_view content);

}  // namespace assay
