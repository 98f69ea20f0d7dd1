#pragma once
#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "harness/base/error.h"
#include "harness/run_loop.h"

namespace assay {

/// A run's work, kept by the process that has its ledger: it takes samples for itself, as rank 0, and hands them to other ranks. Any thread.
class LedgerWork final : public Work {
 public:
  LedgerWork(const Plan& plan, const RunState& state, const LoopOptions& options);

  std::optional<PlanPlace> next() override;
  [[nodiscard]] std::vector<PastTurn> said_before(PlanPlace place) override { return state_.entries[place.benchmark][place.sample].earlier; }
  void conclude(PlanPlace place, const std::optional<std::string>& failure) override;
  [[nodiscard]] bool must_end() override;
  [[nodiscard]] bool wait_for_more() override;

  /// For another rank.
  [[nodiscard]] std::vector<PlanPlace> take_for(int rank);
  /// Throws InternalError where the rank does not hold it.
  void conclude_for(int rank, PlanPlace place, const std::optional<std::string>& failure);
  /// The rank is gone. Reads what it has journaled; returns how many samples are left again.
  std::int64_t lose(int rank);
  /// Ends the run: outcome() throws it. The first one counts.
  void end_with(int exit_code, const std::string& message);
  void note(const std::string& text) const;

  /// Samples are left that nobody holds, and the run is to go on.
  [[nodiscard]] bool has_more();
  /// How the run has ended.
  [[nodiscard]] LoopOutcome outcome();

 private:
  [[nodiscard]] bool is_over_budget() const;
  [[nodiscard]] bool is_to_end() const;

  const Plan& plan_;
  const RunState& state_;  ///< of earlier starts
  const LoopOptions& options_;
  std::mutex mutex_;
  std::condition_variable changed_;
  WorkLedger ledger_;
  std::deque<PlanPlace> hand_;  ///< rank 0's own, not yet asked
  std::vector<std::string> failures_;
  struct Ending {
    int exit_code;
    std::string message;
  };
  std::optional<Ending> ending_;
};

}  // namespace assay
