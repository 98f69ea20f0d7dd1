#include "harness/ledger_work.h"

#include <chrono>
#include <utility>

#include "harness/ranks/crew.h"

namespace assay {
namespace {

constexpr std::size_t kShownFailures = 5;
constexpr int kOurRank = 0;
constexpr auto kLookEvery = std::chrono::milliseconds(50);  ///< at what nobody tells of: signals

/// The error of the family in harness/base/error.h that has this exit code.
[[noreturn]] void throw_by_code(int exit_code, const std::string& message) {
  if (exit_code == ConfigError("").exit_code()) throw ConfigError(message);
  if (exit_code == DataError("").exit_code()) throw DataError(message);
  if (exit_code == ModelError("").exit_code()) throw ModelError(message);
  throw InternalError(message);
}

}  // namespace

LedgerWork::LedgerWork(const Plan& plan, const RunState& state, const LoopOptions& options)
    : plan_(plan), state_(state), options_(options), ledger_(plan, state, options.crew == nullptr ? 1 : options.crew->size() + 1) {}

std::optional<PlanPlace> LedgerWork::next() {
  const std::lock_guard lock(mutex_);
  if (hand_.empty()) {
    const auto taken = ledger_.take(kOurRank);
    hand_.assign(taken.begin(), taken.end());
  }
  if (hand_.empty()) return std::nullopt;
  const PlanPlace place = hand_.front();
  hand_.pop_front();
  return place;
}

void LedgerWork::conclude(PlanPlace place, const std::optional<std::string>& failure) { conclude_for(kOurRank, place, failure); }

void LedgerWork::conclude_for(int rank, PlanPlace place, const std::optional<std::string>& failure) {
  const std::lock_guard lock(mutex_);
  if (!ledger_.conclude(rank, place, failure.has_value()))
    throw InternalError(fmt::format("rank {} finished sample {} of benchmark {}, which it does not hold", rank, place.sample, place.benchmark));
  if (failure && failures_.size() < kShownFailures) failures_.push_back(*failure);
  if (options_.on_progress) options_.on_progress(ledger_.done(), ledger_.failed());
  changed_.notify_all();
}

bool LedgerWork::must_end() {
  const std::lock_guard lock(mutex_);
  return is_to_end();
}

bool LedgerWork::wait_for_more() {
  std::unique_lock lock(mutex_);
  while (!is_to_end()) {
    if (!hand_.empty() || ledger_.has_work()) return true;
    if (ledger_.done() == ledger_.total() || options_.crew == nullptr || !options_.crew->is_working()) return false;
    changed_.wait_for(lock, kLookEvery);
  }
  return false;
}

std::vector<PlanPlace> LedgerWork::take_for(int rank) {
  const std::lock_guard lock(mutex_);
  return is_to_end() ? std::vector<PlanPlace>{} : ledger_.take(rank);
}

std::int64_t LedgerWork::lose(int rank) {
  const std::lock_guard lock(mutex_);
  // A record may have been told of and not have reached the disk, or the other way round: the journals say.
  const auto back = ledger_.take_back(rank, read_state(plan_, JournalFiles(options_.folder, options_.journals_before)));
  changed_.notify_all();
  return back;
}

void LedgerWork::end_with(int exit_code, const std::string& message) {
  const std::lock_guard lock(mutex_);
  if (!ending_) ending_ = {exit_code, message};
  changed_.notify_all();
}

void LedgerWork::note(const std::string& text) const {
  if (options_.on_note) options_.on_note(text);
}

bool LedgerWork::has_more() {
  const std::lock_guard lock(mutex_);
  return !is_to_end() && (!hand_.empty() || ledger_.has_work());
}

LoopOutcome LedgerWork::outcome() {
  const std::lock_guard lock(mutex_);
  if (ending_) throw_by_code(ending_->exit_code, ending_->message);
  LoopOutcome outcome{LoopOutcome::End::kFinished, ledger_.done(), ledger_.done_now(), ledger_.failed(), failures_};
  if (is_over_budget()) outcome.end = LoopOutcome::End::kOverBudget;
  else if (outcome.done < ledger_.total() && is_to_end()) outcome.end = LoopOutcome::End::kStopped;
  else if (outcome.done < ledger_.total())
    throw InternalError(fmt::format("the run loop ended with {} of {} samples done", outcome.done, ledger_.total()));
  return outcome;
}

bool LedgerWork::is_over_budget() const {
  return static_cast<double>(ledger_.failed()) > options_.max_failures * static_cast<double>(ledger_.total());
}

bool LedgerWork::is_to_end() const { return ending_ || is_over_budget() || (options_.should_stop && options_.should_stop()); }

}  // namespace assay
