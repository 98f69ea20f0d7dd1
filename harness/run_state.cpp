#include "harness/run_state.h"

#include <fmt/format.h>

#include <unordered_map>
#include <utility>

namespace assay {
namespace {

/// What a record does to what is known of its sample. A turn that was asked again makes those behind it void.
void take_record(RunState::Entry& entry, const JournalRecord& record, RecordPlace place, std::size_t turn_count) {
  const auto turn = static_cast<std::size_t>(record.turn);
  if (record.turn < 0 || turn > entry.earlier.size()) return;  // what it replied to was lost with a damaged line
  const bool ends = !record.generation || turn + 1 >= turn_count;
  if (entry.is_done && !entry.is_failed && !ends) return;  // begun by a process that was lost before another one asked it to its end
  entry.earlier.resize(turn);
  entry.is_done = ends;
  entry.is_failed = ends && record.score.state == SampleState::kError;
  if (ends) entry.place = place;
  else entry.earlier.push_back({place, record.score.state, record.generation->reply});
}

}  // namespace

RunState read_state(const Plan& plan, const JournalFiles& journals) {
  RunState state;
  std::unordered_map<std::string, std::pair<std::size_t, std::size_t>> where;
  for (std::size_t b = 0; b < plan.benchmarks.size(); ++b) {
    const auto& planned = plan.benchmarks[b];
    state.entries.emplace_back(planned.samples.size());
    for (std::size_t s = 0; s < planned.samples.size(); ++s) where[planned.benchmark->name() + "/" + planned.samples[s].id] = {b, s};
  }
  std::int64_t strangers = 0, changed = 0;
  state.notes = journals.for_each([&](const JournalRecord& record, RecordPlace place) {
    const auto found = where.find(record.benchmark + "/" + record.id);
    if (found == where.end()) {
      ++strangers;
      return;
    }
    const auto [b, s] = found->second;
    if (plan.benchmarks[b].samples[s].content_key != record.content_key) {
      ++changed;
      return;
    }
    take_record(state.entries[b][s], record, place, plan.benchmarks[b].samples[s].turn_count);
  });
  if (strangers > 0) state.notes.push_back(fmt::format("{} records are of samples that this run does not ask; they are left aside", strangers));
  if (changed > 0) state.notes.push_back(fmt::format("{} records answer a question that has changed since; those samples are done again", changed));
  for (const auto& entries : state.entries) {
    for (const auto& entry : entries) {
      state.done += entry.is_done ? 1 : 0;
      state.failed += entry.is_failed ? 1 : 0;
    }
  }
  return state;
}

void forget_failures(RunState& state) {
  for (auto& entries : state.entries)
    for (auto& entry : entries)
      if (entry.is_failed) entry.is_done = entry.is_failed = false;
  state.done -= state.failed;
  state.failed = 0;
}

}  // namespace assay
