#pragma once
#include "harness/cli/verbs.h"

namespace assay {

/// `assay speed compare`: two files of timings, or two programs that are timed in turns.
int speed_compare(Arguments arguments);

}  // namespace assay
