#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "model/family.h"

namespace assay {

/// What a request gives when it is run by itself: pictures read and encoded anew, the prompt as a whole, nothing beside it in a step.
struct Alone {
  std::vector<float> logits;                     ///< after the prompt
  std::vector<double> option_log_probabilities;  ///< where the request has options
  std::vector<std::int64_t> token_ids;           ///< of the reply; empty where the options alone are asked
};

/// Runs `request` by itself. What fails in the run fails here alike.
[[nodiscard]] Result<Alone> run_alone(const Family& family, const VlmOptions& options, const Request& request);

/// True for a `share` of all ids, told by the id and the seed alone, so that a resumed run audits the same ones.
[[nodiscard]] bool is_audited(const std::string& id, std::uint64_t seed, double share);

/// Throws   ModelError that says where the two part, when any bit of a logit or likelihood or any token does
void check_audit(const std::string& id, const Alone& found, const Alone& expected);

}  // namespace assay
