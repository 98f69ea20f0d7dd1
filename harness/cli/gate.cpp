#include <fmt/format.h>

#include <filesystem>
#include <set>
#include <system_error>

#include "harness/base/error.h"
#include "harness/cli/command_line.h"
#include "harness/cli/rerun_advice.h"
#include "harness/cli/verbs.h"
#include "harness/cli/verdict_output.h"
#include "harness/clock.h"
#include "harness/gate/gate.h"
#include "harness/gate/speed_file.h"
#include "harness/gate/speed_gate.h"
#include "harness/run_page.h"
#include "harness/scored_run.h"

namespace assay {
namespace {

constexpr const char* kExamples =
    "  assay gate --baseline main.baseline --candidate runs/new\n"
    "  assay gate --baseline runs/old --candidate runs/new --policy gate.yaml --format console,html,junit --out reports\n"
    "  assay gate --baseline runs/old --candidate runs/refactored --exact\n"
    "  assay gate --baseline main.baseline --candidate runs/new --rerun runs/new-seed-1,runs/new-seed-2\n"
    "  assay gate --baseline-speed main.json --candidate-speed new.json     # files of Google Benchmark, 9 repetitions\n"
    "\n"
    "Exit codes: 0 PASS or IMPROVED; 1 FAIL; 2 usage or config; 3 INCOMPARABLE, or a run that is missing or broken; 4 INFRA: error budget exceeded,\n"
    "or a run that has not ended; 5 INCONCLUSIVE; 6 SUSPECT. A policy may map 5 and 6 to 0 or 1.\n";

struct GateOptions {
  std::string baseline, candidate, baseline_speed, candidate_speed, margin, data_dir;
  std::vector<std::string> reruns, baseline_reruns;
  bool is_exact = false;
  VerdictOutput output;
};

Policy policy_of(GateOptions& options, Problems& problems) {
  Policy policy = options.output.check(problems);
  if (!options.margin.empty()) policy.margin = points_of("--margin", options.margin, problems);
  policy.is_exact = policy.is_exact || options.is_exact;
  return policy;
}

/// A run that is counted twice would look like two that agree.
void check_paths_differ(const char* option, const std::string& first, const std::vector<std::string>& again, Problems& problems) {
  std::error_code unknown;  // what cannot be resolved is missing, and reading it says so
  std::set<std::filesystem::path> seen = {std::filesystem::weakly_canonical(first, unknown)};
  for (const auto& path : again)
    if (!seen.insert(std::filesystem::weakly_canonical(path, unknown)).second)
      problems.push_back(fmt::format("{}: \"{}\" is there already; name another run", option, path));
}

/// Runs, timings, or both; each needs its other half.
void check_inputs(const GateOptions& options, Problems& problems) {
  const bool has_speed = !options.baseline_speed.empty() || !options.candidate_speed.empty();
  const bool needs_runs = !has_speed || !options.baseline.empty() || !options.candidate.empty();
  if (needs_runs && options.baseline.empty()) problems.emplace_back("--baseline is missing: name a run folder or a baseline file");
  if (needs_runs && options.candidate.empty()) problems.emplace_back("--candidate is missing: name a run folder or a file of `assay score --save`");
  if (!needs_runs && !(options.reruns.empty() && options.baseline_reruns.empty()))
    problems.emplace_back("--rerun and --rerun-baseline belong to --baseline and --candidate");
  if (!needs_runs && options.is_exact) problems.emplace_back("--exact asks about replies; it belongs to --baseline and --candidate");
  check_paths_differ("--rerun", options.candidate, options.reruns, problems);
  check_paths_differ("--rerun-baseline", options.baseline, options.baseline_reruns, problems);
  if (has_speed && options.baseline_speed.empty()) problems.emplace_back("--baseline-speed is missing: name the timings that --candidate-speed is held against");
  if (has_speed && options.candidate_speed.empty()) problems.emplace_back("--candidate-speed is missing: name the timings that are to be judged");
}

std::vector<ScoredRun> read_all(const std::vector<std::string>& paths) {
  std::vector<ScoredRun> runs;
  runs.reserve(paths.size());
  for (const auto& path : paths) runs.push_back(read_scored_run(path));
  return runs;
}

}  // namespace

int gate_verb(const Program& program, Arguments arguments) {
  GateOptions options;
  CommandLine line("gate", "Decides whether a candidate is as good as a baseline.", kExamples);
  line.text("baseline", options.baseline, "run folder, or a file of `assay baseline save` or `assay score --save`");
  line.text("candidate", options.candidate, "the same, of what is to be judged");
  line.text("baseline-speed", options.baseline_speed, "timings that Google Benchmark wrote as JSON, with repetitions; beside runs or alone");
  line.text("candidate-speed", options.candidate_speed, "the same, of what is to be judged");
  line.text("margin", options.margin, "largest drop that is fine, in points (hundredths of a metric's full scale), over the policy's; default 1");
  line.list("rerun", options.reruns, "further whole runs of the candidate with other seeds; each sample's scores are averaged over them");
  line.list("rerun-baseline", options.baseline_reruns, "likewise of the baseline");
  line.flag("exact", options.is_exact, "every reply must be the same: one that is not fails; where none has changed, that is a PASS however few the samples");
  line.text("data-dir", options.data_dir, "where the data sets lie: prompts and pictures of flips for the HTML page");
  options.output.add_options(line, "margins, budgets, waived differences, floors", "weights, engine, prompts, data, ...");
  Problems problems;
  if (!line.parse(std::move(arguments), problems)) return 0;
  check_inputs(options, problems);
  const Policy policy = policy_of(options, problems);
  throw_if_any(problems);
  if (options.baseline.empty())
    return options.output.write(decide_speed(read_speed_file(options.baseline_speed), read_speed_file(options.candidate_speed), policy), PageContent{}, policy);
  const ScoredRun baseline = read_scored_run(options.baseline), candidate = read_scored_run(options.candidate);
  const Reruns reruns{read_all(options.baseline_reruns), read_all(options.reruns)};
  GateRecord record = decide_gate(baseline, candidate, policy, today_utc(), reruns);
  if (const auto advice = rerun_advice(record, candidate, program.command, options.reruns.size()); !advice.empty()) print_log(fmt::format("assay: {}", advice));
  PageContent page;
  if (options.output.shows_samples()) {
    const RunPages pages(program.catalog, program.make_thumbnail, options.data_dir, {&baseline, &candidate}, options.output.picture_room());
    page = pages.of_flips(record.flips);
    pages.fill_texts(record.flips);
  }
  if (!options.baseline_speed.empty())
    add_speed(record, read_speed_file(options.baseline_speed), read_speed_file(options.candidate_speed), policy);
  return options.output.write(record, page, policy);
}

}  // namespace assay
