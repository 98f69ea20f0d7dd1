#include <fmt/format.h>
#include <fmt/ranges.h>

#include <charconv>

#include "harness/base/error.h"
#include "harness/cli/command_line.h"
#include "harness/cli/verbs.h"
#include "harness/gate/comparability.h"
#include "harness/gate/history.h"
#include "harness/scored_run.h"
#include "reports/history.h"

namespace assay {
namespace {

constexpr const char* kExamples =
    "  assay history evaluation/history/*.baseline      # names that begin with a date are in order\n"
    "  assay history runs/1 runs/2 runs/3 runs/4 --all-metrics --format json\n";

/// A share in (0, 1); anything else is a problem.
double alpha_of(const std::string& text, double fallback, Problems& problems) {
  if (text.empty()) return fallback;
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || !(value > 0 && value < 1))
    problems.push_back(fmt::format("--alpha must be a share in (0, 1), got \"{}\"", text));
  return value;
}

}  // namespace

int history_verb(const Program&, Arguments arguments) {
  std::vector<std::string> paths;
  std::string alpha, format = "text";
  HistoryOptions options;
  CommandLine line("history", "Shows metrics over runs made one after the other, and where they took another level.", kExamples);
  line.arguments("RUN", paths, "run folders, or files of `assay baseline save` or `assay score --save`, the oldest first");
  line.list("waive", options.waived, "differences that begin no new series: scorer, prompts, data, ...; beside weights and engine");
  line.flag("all-metrics", options.has_all_metrics, "every metric in place of each benchmark's main one");
  line.text("alpha", alpha, "share of series without a change that may show one [0.05]");
  line.text("format", format, "text or json");
  Problems problems;
  if (!line.parse(std::move(arguments), problems)) return 0;
  if (paths.size() < 2) problems.emplace_back("assay history: name at least two runs, the oldest first");
  for (const auto& name : options.waived)
    if (!may_be_waived(name)) problems.push_back(fmt::format("--waive: \"{}\" is nothing that can be waived; groups: {}", name, fmt::join(waivable_groups(), ", ")));
  for (const auto& name : HistoryOptions{}.waived) options.waived.push_back(name);
  options.changes.alpha = alpha_of(alpha, options.changes.alpha, problems);
  check_format(format, problems);
  throw_if_any(problems);
  std::vector<ScoredRun> runs;
  runs.reserve(paths.size());
  for (const auto& path : paths) runs.push_back(read_scored_run(path));
  const HistoryRecord record = history_of(runs, options);
  print_out(wants_json(format) ? history_json(record) : history_console(record));
  return 0;
}

}  // namespace assay
