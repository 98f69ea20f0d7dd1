#pragma once
#include <filesystem>
#include <fstream>
#include <random>
#include <set>
#include <string>
#include <string_view>

#include "harness/base/error.h"
#include "harness/run_loop.h"
#include "harness/run_results.h"
#include "reports/results_json.h"
#include "tests/fakes/fake_benchmark.h"
#include "tests/fakes/fake_vlm.h"
#include "tests/temporary_folder.h"

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

inline double main_value(const std::string& results) { return parse_results(results, "x").results.at(0).metrics.at(0).value; }
inline BenchmarkResult first_result(const std::string& results) { return parse_results(results, "x").results.at(0); }

/// Throws away what a run that ended wrote, so that `content` is its only journal.
inline void put_journal(const TemporaryFolder& folder, std::string_view content) {
  for (const auto& entry : std::filesystem::directory_iterator(folder.path())) std::filesystem::remove(entry.path());
  std::ofstream(folder / "journal-1.jsonl", std::ios::binary) << content;
}

/// Starts again and again, with an engine that breaks after fewer than `most` answers, until the run has ended.
inline void run_in_pieces(const TemporaryFolder& folder, const Plan& plan, FakeBehaviour behaviour, unsigned most) {
  std::mt19937 random(7);
  for (bool is_done = false; !is_done;) {
    behaviour.batch = 1 + static_cast<int>(random() % 9);
    behaviour.dies_after = static_cast<std::int64_t>(random() % most);
    try {
      is_done = start_run(folder.path(), plan, behaviour).end == LoopOutcome::End::kFinished;
    } catch (const ModelError&) {
    }
  }
}

}  // namespace assay::testing
