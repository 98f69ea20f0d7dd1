#include "harness/work_ledger.h"

#include <algorithm>

namespace assay {
namespace {

constexpr std::int64_t kMostAtOnce = 64;   ///< samples
constexpr std::int64_t kSharesOfARank = 4;  ///< that many hands of samples each, were all of them as large as the next

}  // namespace

WorkLedger::WorkLedger(const Plan& plan, const RunState& state, int ranks) : plan_(plan), ranks_(ranks), total_(plan.sample_count()) {
  for (std::uint32_t b = 0; b < plan.benchmarks.size(); ++b) {
    marks_.emplace_back(plan.benchmarks[b].samples.size());
    for (const std::uint32_t sample : plan.benchmarks[b].order) {
      const RunState::Entry& entry = state.entries[b][sample];
      if (!entry.is_done) queue_.push_back({b, sample});
      else set(marks_[b][sample], entry.is_failed ? Status::kFailed : Status::kDone);
    }
  }
  done_before_ = done_;
}

bool WorkLedger::share_a_picture(PlanPlace one, PlanPlace other) const {
  const auto picture_at = [&](PlanPlace place) { return plan_.benchmarks[place.benchmark].samples[place.sample].picture; };
  return one.benchmark == other.benchmark && picture_at(one) == picture_at(other);
}

void WorkLedger::set(Mark& mark, Status status) {
  const auto is_done = [](Status one) { return one == Status::kDone || one == Status::kFailed; };
  done_ += (is_done(status) ? 1 : 0) - (is_done(mark.status) ? 1 : 0);
  failed_ += (status == Status::kFailed ? 1 : 0) - (mark.status == Status::kFailed ? 1 : 0);
  mark.status = status;
}

std::vector<PlanPlace> WorkLedger::take(int rank) {
  const auto left = static_cast<std::int64_t>(queue_.size());
  const auto enough = static_cast<std::size_t>(std::clamp<std::int64_t>(left / (kSharesOfARank * ranks_), 1, kMostAtOnce));
  std::vector<PlanPlace> taken;
  while (!queue_.empty() && (taken.size() < enough || share_a_picture(taken.back(), queue_.front()))) {
    taken.push_back(queue_.front());
    queue_.pop_front();
    Mark& mark = mark_of(taken.back());
    mark.rank = rank;
    set(mark, Status::kHeld);
  }
  return taken;
}

bool WorkLedger::conclude(int rank, PlanPlace place, bool is_failed) {
  if (place.benchmark >= marks_.size() || place.sample >= marks_[place.benchmark].size()) return false;
  Mark& mark = mark_of(place);
  if (mark.rank != rank || mark.status != Status::kHeld) return false;
  set(mark, is_failed ? Status::kFailed : Status::kDone);
  return true;
}

std::int64_t WorkLedger::take_back(int rank, const RunState& written) {
  std::vector<PlanPlace> back;
  for (std::uint32_t b = 0; b < marks_.size(); ++b) {
    for (const std::uint32_t sample : plan_.benchmarks[b].order) {
      Mark& mark = marks_[b][sample];
      if (mark.rank != rank) continue;
      const RunState::Entry& entry = written.entries[b][sample];
      if (entry.is_done) {
        set(mark, entry.is_failed ? Status::kFailed : Status::kDone);
      } else {
        set(mark, Status::kLeft);
        back.push_back({b, sample});
      }
      mark.rank = kNobody;
    }
  }
  queue_.insert(queue_.begin(), back.begin(), back.end());
  return static_cast<std::int64_t>(back.size());
}

}  // namespace assay
