#pragma once
#include <optional>
#include <span>
#include <string>
#include <string_view>

/// MathVista's way from a reply to an answer that can be compared.
namespace assay {

/// What the question wants: as the data has it.
struct MathVistaQuestion {
  bool is_multi_choice = false;
  std::string answer_type;  ///< "text", "integer", "float", "list"
  std::string precision;    ///< decimals, as text
  std::span<const std::string> choices;
};

/// The answer where the reply itself is one: nothing written, a choice, a whole number, a number. Else a judge reads it out of the reply.
///
/// Source   Lu et al. 2023, arXiv:2310.02255; lupantech/MathVista 53d52587 evaluation/extract_answer.py, extract_answer (without quick_extract)
[[nodiscard]] std::optional<std::string> extract_plainly(std::string_view reply, const MathVistaQuestion& question);

/// How whole numbers are read: through float ("3.0" is 3), or, as in the score files of 2023, not.
enum class WholeNumbers { kThroughFloat, kStrict };

/// The extraction made comparable: a choice's text (by its letter, else the choice nearest in edit distance, the first of several), a whole
/// number, a number rounded to the precision, a list as it stands. Nothing where it is no number.
///
/// Source   lupantech/MathVista 53d52587 evaluation/calculate_score.py, normalize_extracted_answer
[[nodiscard]] std::optional<std::string> normalize_extraction(std::string_view extraction, const MathVistaQuestion& question,
                                                              WholeNumbers whole_numbers = WholeNumbers::kThroughFloat);

}  // namespace assay
