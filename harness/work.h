#pragma once
#include <optional>
#include <string>
#include <vector>

#include "harness/run_state.h"
#include "harness/work_ledger.h"

namespace assay {

/// Where a run loop's samples come from, and who is told what became of them: one's own ledger, or rank 0's.
class Work {
 public:
  virtual ~Work() = default;
  /// The next sample to ask; nothing: there is none just now.
  virtual std::optional<PlanPlace> next() = 0;
  /// Of a dialogue the turns that earlier starts have journaled, as far as they are at hand: it is asked on from there.
  [[nodiscard]] virtual std::vector<PastTurn> said_before(PlanPlace /*place*/) { return {}; }
  /// It has been handed to the journal; `failure` says how it failed.
  virtual void conclude(PlanPlace place, const std::optional<std::string>& failure) = 0;
  /// True once the run is to end, finished or not. Cheap: asked at every step.
  [[nodiscard]] virtual bool must_end() = 0;
  /// Waits until there is a sample to ask, which another rank may have left; false: there will be none.
  [[nodiscard]] virtual bool wait_for_more() = 0;
};

}  // namespace assay
