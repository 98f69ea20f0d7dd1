#pragma once
#include "harness/gate/policy.h"
#include "harness/gate/speed_file.h"
#include "reports/gate_record.h"

namespace assay {

/// Adds the benchmarks of both files to a gate as rates (iterations a second, so that more is better), each by the ratio of medians with its
/// bootstrap interval: FAIL needs an interval that excludes 1 and a change of at least the policy's. Another machine is INCOMPARABLE unless
/// "machine" is waived; too few repetitions are INCONCLUSIVE. The verdict is the gravest again.
/// Source   Georges, Buytaert & Eeckhout 2007, OOPSLA, 57; Kalibera & Jones 2013, ISMM, 63
void add_speed(GateRecord& record, const SpeedFile& baseline, const SpeedFile& candidate, const Policy& policy);

/// A gate of timings alone.
[[nodiscard]] GateRecord decide_speed(const SpeedFile& baseline, const SpeedFile& candidate, const Policy& policy);

}  // namespace assay
