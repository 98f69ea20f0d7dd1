#pragma once
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

/// Open answers as MMMU reads and compares them.
/// Source   MMMU-Benchmark/MMMU bb0b95a9 mmmu/utils/eval_utils.py
namespace assay {

/// A text or a number that stands for an answer.
using OpenValue = std::variant<std::string, double>;

/// The numbers in `text`, as they stand there: those with commas, then those with an exponent, then the plain ones; one place may give several.
[[nodiscard]] std::vector<std::string> mmmu_numbers(std::string_view text);

/// A number rounded to two decimals, else the text in lower case; one letter becomes the pair " c", "c ", so that it does not match inside words.
[[nodiscard]] std::vector<OpenValue> mmmu_normalized(std::string_view text);

/// What a reply to an open question may mean: of each line what follows "is", "so", "answer", ... (in the last line also "="), or else the whole
/// reply; and the numbers in it. Normalized, each once.
[[nodiscard]] std::vector<OpenValue> parse_mmmu_open(std::string_view reply);

/// Whether a text among `parsed` contains one of the answers, or a number equals one.
[[nodiscard]] bool mmmu_open_matches(std::span<const OpenValue> parsed, std::span<const std::string> answers);

}  // namespace assay
