#pragma once
#include <cstdint>
#include <deque>
#include <vector>

#include "harness/plan.h"
#include "harness/run_state.h"

namespace assay {

/// One sample of a plan, by where it stands there.
struct PlanPlace {
  std::uint32_t benchmark = 0;
  std::uint32_t sample = 0;  ///< index into PlannedBenchmark::samples
  bool operator==(const PlanPlace&) const = default;
};

/// Which of a plan's samples are left, which rank has the others, and what is done. A process by itself is rank 0.
class WorkLedger {
 public:
  /// `ranks` share the work: what is handed out at once gets less towards the end, so that they end together.
  WorkLedger(const Plan& plan, const RunState& state, int ranks);

  /// The next samples in the plan's order, all that are left of each picture together; empty: nothing is left, though it may come back.
  [[nodiscard]] std::vector<PlanPlace> take(int rank);

  /// False where `rank` does not hold that sample.
  bool conclude(int rank, PlanPlace place, bool is_failed);

  /// A rank is gone: of what it was given, only what `written` holds is done. The rest is left again; returns how many samples that are.
  std::int64_t take_back(int rank, const RunState& written);

  [[nodiscard]] bool has_work() const noexcept { return !queue_.empty(); }
  [[nodiscard]] std::int64_t total() const noexcept { return total_; }
  [[nodiscard]] std::int64_t done() const noexcept { return done_; }
  [[nodiscard]] std::int64_t done_now() const noexcept { return done_ - done_before_; }
  [[nodiscard]] std::int64_t failed() const noexcept { return failed_; }

 private:
  static constexpr int kNobody = -1;
  enum class Status : std::uint8_t { kLeft, kHeld, kDone, kFailed };
  struct Mark {
    int rank = kNobody;  ///< whom it was given to in this start
    Status status = Status::kLeft;
  };

  [[nodiscard]] Mark& mark_of(PlanPlace place) { return marks_[place.benchmark][place.sample]; }
  [[nodiscard]] bool share_a_picture(PlanPlace one, PlanPlace other) const;
  void set(Mark& mark, Status status);

  const Plan& plan_;
  const int ranks_;
  std::vector<std::vector<Mark>> marks_;
  std::deque<PlanPlace> queue_;
  std::int64_t total_ = 0, done_ = 0, failed_ = 0, done_before_ = 0;
};

}  // namespace assay
