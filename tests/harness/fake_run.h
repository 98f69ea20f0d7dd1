#pragma once
#include <filesystem>
#include <set>
#include <string>

#include "harness/run_loop.h"
#include "harness/run_results.h"
#include "reports/results_json.h"
#include "tests/fakes/fake_benchmark.h"
#include "tests/fakes/fake_vlm.h"

namespace assay::testing {

inline Plan plan_of(const std::string& benchmark, RunConfig config = {}) {
  config.task.benchmarks = {benchmark};
  return make_plan(config, fake_catalog(), {});
}

/// One start of a run in `folder`, from its journals to what came of it.
inline LoopOutcome start_run(const std::filesystem::path& folder, const Plan& plan, FakeBehaviour behaviour, LoopOptions options = {}) {
  if (!behaviour.answer) behaviour.answer = oracle_answer;
  const RunState state = read_state(plan, JournalFiles(folder));
  JournalWriter journal(folder);
  const auto model = make_fake_vlm(std::move(behaviour));
  return run_samples(plan, state, *model, journal, options);
}

/// The results of a run that has ended, as results.json would hold them.
inline std::string results_of(const std::filesystem::path& folder, const Plan& plan) {
  JournalFiles journals(folder);
  const RunState state = read_state(plan, journals);
  return results_json(compute_results(plan, state, journals).record());
}

/// How often each sample was recorded.
inline std::multiset<std::string> recorded_ids(const std::filesystem::path& folder) {
  std::multiset<std::string> ids;
  JournalFiles(folder).for_each([&](const JournalRecord& record, RecordPlace) { ids.insert(record.id); });
  return ids;
}

}  // namespace assay::testing
