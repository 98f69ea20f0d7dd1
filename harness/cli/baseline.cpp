#include <fmt/format.h>

#include <cstdlib>

#include "harness/base/error.h"
#include "harness/base/file.h"
#include "harness/cli/command_line.h"
#include "harness/cli/verbs.h"
#include "harness/clock.h"
#include "harness/scored_run.h"

namespace assay {
namespace {

constexpr const char* kExamples =
    "  assay baseline save runs/main --out main.baseline --why 'release 2.1'\n"
    "  assay baseline save runs/main --again runs/main-again --out main.baseline\n"
    "  assay baseline show main.baseline\n";

std::string user_name() {
  for (const char* name : {"GIT_AUTHOR_NAME", "USER", "LOGNAME"})
    if (const char* value = std::getenv(name); value != nullptr && *value != '\0') return value;
  return "unknown";
}

/// Every repeated run, added up.
std::vector<Repeat> all_repeats(const ScoredRun& run, const std::vector<std::string>& again) {
  std::vector<Repeat> sums = run.repeats;
  for (const auto& path : again) {
    const ScoredRun other = read_scored_run(path);
    const auto repeats = repeats_of(run, other);
    if (repeats.empty()) throw DataError(fmt::format("--again {}: has no benchmark in common with {}", path, run.name));
    add_repeats(sums, repeats);
  }
  return sums;
}

std::string description_of(const ScoredRun& run) {
  std::string text = fmt::format("digest {}\n", run.digest);
  if (!run.saved.at.empty()) text += fmt::format("saved {} by {} from {}{}\n", run.saved.at, run.saved.by, run.saved.from, run.saved.why.empty() ? "" : ": " + run.saved.why);
  for (const auto& benchmark : run.benchmarks) {
    const BenchmarkResult& result = benchmark.result;
    text += fmt::format("{} as {}: {} samples", result.benchmark, result.profile, result.samples);
    for (const auto& metric : result.metrics)
      if (metric.name == result.main_metric) text += fmt::format(", {} {:.4f} [{:.4f}, {:.4f}]", metric.name, metric.value, metric.interval.low, metric.interval.high);
    text += "\n";
  }
  for (const auto& repeat : run.repeats)
    text += fmt::format("repeated: {} as {}: {} of {} replies changed, {} scores\n", repeat.benchmark, repeat.profile, repeat.changed_replies, repeat.samples,
                        repeat.changed_scores);
  return text;
}

int save_baseline(const Program&, Arguments arguments) {
  std::string path, out, why;
  std::vector<std::string> again;
  CommandLine line("baseline save", "Keeps a finished run as one small file that a repository can hold and a gate takes.", kExamples);
  line.argument("RUN", path, "run folder, or a file of `assay score --save`");
  line.text("out", out, "the file to write");
  line.text("why", why, "why this run is blessed; kept in the file");
  line.list("again", again, "repeated runs of the same build: how many replies they change is kept as noise");
  Problems problems;
  if (!line.parse(std::move(arguments), problems)) return 0;
  if (path.empty()) problems.emplace_back("assay baseline save: name a run folder");
  if (out.empty()) problems.emplace_back("--out is missing: name the file to write");
  throw_if_any(problems);
  ScoredRun run = read_scored_run(path);
  run.repeats = all_repeats(run, again);
  run.saved = {path, user_name(), why, now_utc()};
  const std::string bytes = baseline_file(run);
  write_file_atomically(out, bytes);
  print_out(description_of(read_scored_run(out)));
  print_log(fmt::format("written: {} ({} bytes)", out, bytes.size()));
  return 0;
}

int show_baseline(const Program&, Arguments arguments) {
  std::string path;
  CommandLine line("baseline show", "Says what a baseline or a run folder holds.", kExamples);
  line.argument("FILE", path, "baseline, or run folder");
  Problems problems;
  if (!line.parse(std::move(arguments), problems)) return 0;
  if (path.empty()) problems.emplace_back("assay baseline show: name a file");
  throw_if_any(problems);
  print_out(description_of(read_scored_run(path)));
  return 0;
}

constexpr Verb kBaselineVerbs[] = {
    {"save", "keep a finished run as one small file", save_baseline},
    {"show", "say what such a file holds", show_baseline},
};

}  // namespace

int baseline_verb(const Program& program, Arguments arguments) {
  if (arguments.empty() || arguments.front() == "--help" || arguments.front() == "-h") {
    const std::string text = "Keeps runs for later gates.\n\nUsage: assay baseline VERB [options]\n\n" + text_of(kBaselineVerbs) + "\nExamples:\n" + kExamples;
    if (arguments.empty()) throw ConfigError("assay baseline: no verb given\n\n" + text);
    print_out(text);
    return 0;
  }
  return dispatch(kBaselineVerbs, "baseline ", program, std::move(arguments));
}

}  // namespace assay
