#pragma once
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "harness/journal.h"
#include "harness/plan.h"
#include "harness/run_state.h"
#include "harness/work.h"
#include "model/vlm.h"

namespace assay {

class Crew;

struct LoopOptions {
  double max_failures = 0.01;                ///< share of the plan's samples
  std::function<bool()> should_stop;         ///< asked now and then; empty: never
  std::function<void(std::int64_t done, std::int64_t failed)> on_progress;
  std::function<void(const JournalRecord& record)> on_record;  ///< each one as it is journaled, one call at a time
  /// What else there is to say; called from any thread.
  std::function<void(const std::string& note)> on_note;

  /// The other ranks of a job, which take their share of the samples and journal them in `folder`; null: there are none.
  Crew* crew = nullptr;
  std::filesystem::path folder;
  int journals_before = 0;  ///< the highest number of a journal there before this start
};

struct LoopOutcome {
  enum class End { kFinished, kStopped, kOverBudget };
  End end = End::kFinished;
  std::int64_t done = 0;  ///< of the plan, earlier starts included
  std::int64_t done_now = 0;
  std::int64_t failed = 0;
  std::vector<std::string> failures;  ///< the first few of this start: "id: stage: message"
};

/// What the last record of a sample and the turns before it come to. Where the length limit cut one of the turns, the dialogue counts as truncated.
[[nodiscard]] Reply reply_of(Sample sample, const std::vector<PastTurn>& earlier, const Result<Generation>& last);

/// Asks the model for what `work` hands out, until there is no more, and journals each sample as it finishes; a dialogue turn by turn.
void work_through(const Plan& plan, Work& work, Vlm& model, JournalWriter& journal,
                  const std::function<void(const JournalRecord& record)>& on_record = {});

/// Asks for every sample of the plan that is not done, all benchmarks in one stream, of the model and of the crew's.
/// What goes wrong for one sample is that sample's record. Throws what ends the run: the journal's and the model's errors.
LoopOutcome run_samples(const Plan& plan, const RunState& state, Vlm& model, JournalWriter& journal, const LoopOptions& options);

}  // namespace assay
