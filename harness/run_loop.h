#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "harness/journal.h"
#include "harness/plan.h"
#include "model/vlm.h"

namespace assay {

/// A turn of a dialogue that has been replied to.
struct PastTurn {
  RecordPlace place;
  SampleState state = SampleState::kScored;  ///< of the reply alone
  std::string reply;
};

/// What the journals of a run already hold of a plan.
struct RunState {
  struct Entry {
    bool is_done = false;
    bool is_failed = false;
    RecordPlace place;              ///< of the record that finished it
    std::vector<PastTurn> earlier;  ///< of a dialogue: the turns before that one, or so far
  };
  std::vector<std::vector<Entry>> entries;  ///< one list per planned benchmark, one entry per planned sample
  std::vector<std::string> notes;           ///< damaged lines, records that no longer fit
  std::int64_t done = 0;
  std::int64_t failed = 0;
};

/// Reads the journals. Of several records for one sample, or for one turn of a dialogue, the last one counts, and a turn only behind all turns before it;
/// a record counts only while its content key still fits.
[[nodiscard]] RunState read_state(const Plan& plan, const JournalFiles& journals);

/// Takes failed samples back to not done. The turns of a dialogue before the one that failed stay.
void forget_failures(RunState& state);

/// What the last record of a sample and the turns before it come to. Where the length limit cut one of the turns, the dialogue counts as truncated.
[[nodiscard]] Reply reply_of(Sample sample, const std::vector<PastTurn>& earlier, const Result<Generation>& last);

struct LoopOptions {
  double max_failures = 0.01;                ///< share of the plan's samples
  std::function<bool()> should_stop;         ///< asked now and then; empty: never
  std::function<void(std::int64_t done, std::int64_t failed)> on_progress;
  std::function<void(const JournalRecord& record)> on_record;  ///< each one as it is journaled, one call at a time
};

struct LoopOutcome {
  enum class End { kFinished, kStopped, kOverBudget };
  End end = End::kFinished;
  std::int64_t done = 0;  ///< of the plan, earlier starts included
  std::int64_t done_now = 0;
  std::int64_t failed = 0;
  std::vector<std::string> failures;  ///< the first few of this start: "id: stage: message"
};

/// Asks the model for every sample of the plan that is not done, all benchmarks in one stream, and journals each as it finishes; a dialogue turn by turn.
/// What goes wrong for one sample is that sample's record. Throws what ends the run: the journal's and the model's errors.
LoopOutcome run_samples(const Plan& plan, const RunState& state, Vlm& model, JournalWriter& journal, const LoopOptions& options);

}  // namespace assay
