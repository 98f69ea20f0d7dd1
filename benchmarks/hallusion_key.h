#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "benchmarks/benchmark.h"

namespace assay {

/// What a question of HallusionBench is part of, from the columns of the authors' file or from VLMEvalKit's index
/// `<category>_<subcategory>_<visual_input>_<set>_<figure>_<question>`.
struct HallusionKey {
  std::string category, subcategory, set, figure, question;
  std::string visual_input;  ///< "0" no picture, "1" the original one, "2" an edited one; empty: not said
  std::string l2_category;   ///< VLMEvalKit's column; the subcategory where there is none

  [[nodiscard]] bool has_picture() const { return visual_input != "0"; }
  /// The authors' name of the question.
  [[nodiscard]] std::string id() const;
};

/// Throws DataError for a sample that has neither the columns nor such an index.
[[nodiscard]] HallusionKey hallusion_key(const Sample& sample);

/// Rows are matched by question whichever of the two ways they name it. The authors' result file is such rows with `model_prediction`; a
/// grade that a judge left in `gpt4v_output_gpt_check` goes along, in fields. The questions without a picture may be missing altogether, as
/// in VLMEvalKit's and lmms-eval's files.
///
/// Throws   DataError as match_predictions does, and for a grade other than 0, 1 and 2
[[nodiscard]] std::vector<Reply> read_hallusion_predictions(const std::filesystem::path& path, const SampleSource* data);

/// The field that holds a recorded grade: "0" incorrect, "1" correct, "2" unclear.
inline constexpr const char* kHallusionGrade = "gpt4v_output_gpt_check";

}  // namespace assay
