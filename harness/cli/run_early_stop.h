#pragma once
#include <cstdint>
#include <memory>
#include <string>

#include "harness/gate/early_stop.h"
#include "harness/manifest.h"
#include "harness/run_loop.h"

/// `assay run --until-decided`, on the command line's side.
namespace assay {

struct EarlyStopOptions {
  bool is_asked_for = false;
  std::string baseline, policy;  ///< paths; no policy: the default one
};

/// Nothing unless asked for. The plan is put into random order. Throws ConfigError for a broken policy, DataError for a baseline that is missing or
/// was made otherwise.
[[nodiscard]] std::unique_ptr<EarlyStop> make_early_stop(const EarlyStopOptions& options, Plan& plan, const Manifest& manifest);

/// The records of earlier starts.
void count_what_is_done(EarlyStop& early_stop, const Plan& plan, const RunState& state, JournalFiles journals);

/// To stdout; returns the gate's exit code.
int print_decision(const EarlyStop& early_stop, const LoopOutcome& outcome, std::int64_t total);

}  // namespace assay
