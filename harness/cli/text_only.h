#pragma once
#include <span>
#include <string>

#include "harness/cli/command_line.h"
#include "harness/cli/explain.h"
#include "harness/cli/program.h"
#include "harness/manifest.h"

/// What pictures add to a score, told by replies to the same questions without them.
namespace assay {

struct TextOnlyOptions {
  std::string model;           ///< the same model without pictures: a run folder, or predictions
  std::string language_model;  ///< what it was made of, without pictures

  [[nodiscard]] bool empty() const { return model.empty(); }
};

void add_text_only_options(CommandLine& line, TextOnlyOptions& options);
void check_text_only(const TextOnlyOptions& options, Problems& problems);

/// What was scored with pictures.
struct WithPictures {
  const Benchmark& benchmark;
  const SampleSource* data = nullptr;
  const Manifest* manifest = nullptr;  ///< of the run; null for predictions
  std::string data_dir;
};

/// Adds to each profile's results `multi_modal_gain`, the main metric less what the model reaches without pictures, and with a language model
/// `multi_modal_leakage`, how far the model without pictures is above it, 0 where it is not. The sides must keep what their metrics are made of.
///
/// Throws   ConfigError for a run that was made with pictures, with another model, or without the benchmark; DataError where the samples differ
/// Source   MMStar, arXiv:2403.20330, section 4.3: MG = S_v - S_wv, ML = max(0, S_wv - S_t)
void add_picture_gains(const TextOnlyOptions& options, const Program& program, const WithPictures& scored, std::span<ProfileScores> sides, Judge& judge);

}  // namespace assay
