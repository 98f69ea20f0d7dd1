#pragma once
#include "harness/cli/program.h"
#include "harness/config.h"
#include "harness/plan.h"

namespace assay {

/// Tells on stdout what a run would do: the model from its headers, prompts, pictures, work and time. Writes nothing, and
/// reads no weights: the time is the last start's rate, or measured for some seconds on a model of the same dims with made-up weights.
int dry_run(const Program& program, const RunConfig& config, const Plan& plan);

}  // namespace assay
