#include <benchmark/benchmark.h>

#include <memory>
#include <string>
#include <utility>

#include "benchmarks/speed/row_meter.h"
#include "benchmarks/speed/speed_main.h"
#include "harness/journal.h"
#include "harness/run_loop.h"
#include "harness/scratch_folder.h"
#include "tests/fakes/fake_benchmark.h"
#include "tests/fakes/fake_vlm.h"

/// What the harness itself costs: everything from request to journaled, scored record, with a model that answers at once. The aim is
/// 200,000 samples a second in one process, the journal's writes included and its fsync in the background.
namespace assay {
namespace {

std::unique_ptr<Vlm> instant_model() {
  testing::FakeBehaviour behaviour;
  behaviour.answer = testing::oracle_answer;
  behaviour.batch = 64;
  return testing::make_fake_vlm(std::move(behaviour));
}

Plan large_plan() {
  RunConfig config;
  config.task.benchmarks = {"fake_large"};
  return make_plan(config, testing::fake_catalog(), {});
}

void loop_and_journal(benchmark::State& state) {
  const Plan plan = large_plan();
  const auto model = instant_model();
  const ScratchFolder folder;
  const RunState nothing_done = read_state(plan, JournalFiles(folder.path()));
  const auto pass = [&] {
    JournalWriter journal(folder.path());
    benchmark::DoNotOptimize(run_samples(plan, nothing_done, *model, journal, {}));
  };
  report_memory(state, "loop_and_journal", pass);
  const RowMeter meter;
  for (auto _ : state) pass();
  meter.report(state);
  state.SetItemsProcessed(state.iterations() * plan.sample_count());
}
BENCHMARK(loop_and_journal)->Unit(benchmark::kMillisecond)->UseRealTime();

void journal_alone(benchmark::State& state) {
  JournalRecord record;
  record.benchmark = "chartqa_test";
  record.id = "1234";
  record.content_key = std::string(32, 'a');
  Generation generation;
  generation.reply = "The value is 14.5";
  generation.token_ids = {100, 2000, 30000, 40, 5000, 60000, 2};
  generation.image_digests = {std::string(32, 'b')};
  generation.prompt_digest = std::string(32, 'c');
  record.generation = generation;
  const ScratchFolder folder;
  JournalWriter journal(folder.path());
  const RowMeter meter;
  for (auto _ : state) journal.append(record);
  meter.report(state);
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(journal_alone)->UseRealTime();

void plan(benchmark::State& state) {
  const RowMeter meter;
  for (auto _ : state) benchmark::DoNotOptimize(large_plan());
  meter.report(state);
  state.SetItemsProcessed(state.iterations() * 20000);
}
BENCHMARK(plan)->Unit(benchmark::kMillisecond)->UseRealTime();

void resume(benchmark::State& state) {
  const Plan planned = large_plan();
  const ScratchFolder folder;
  {
    JournalWriter journal(folder.path());
    const auto model = instant_model();
    run_samples(planned, read_state(planned, JournalFiles(folder.path())), *model, journal, {});
  }
  const RowMeter meter;
  for (auto _ : state) benchmark::DoNotOptimize(read_state(planned, JournalFiles(folder.path())));
  meter.report(state);
  state.SetItemsProcessed(state.iterations() * planned.sample_count());
}
BENCHMARK(resume)->Unit(benchmark::kMillisecond)->UseRealTime();

}  // namespace
}  // namespace assay

int main(int argc, char** argv) {
  return assay::speed_main(argc, argv, [] {});
}
