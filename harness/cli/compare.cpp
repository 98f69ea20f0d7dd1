#include <fmt/format.h>

#include "harness/base/error.h"
#include "harness/cli/command_line.h"
#include "harness/cli/report_output.h"
#include "harness/cli/verbs.h"
#include "harness/gate/comparison.h"
#include "harness/run_page.h"
#include "harness/scored_run.h"

namespace assay {
namespace {

constexpr const char* kExamples =
    "  assay compare runs/a runs/b\n"
    "  assay compare runs/a runs/b main.baseline --format console,html,latex --out reports\n";

}  // namespace

int compare_verb(const Program& program, Arguments arguments) {
  std::vector<std::string> paths;
  std::string data_dir;
  ReportOutput output;
  CommandLine line("compare", "Sets several runs side by side: metrics with intervals, real differences, flips.", kExamples);
  line.arguments("RUN", paths, "run folders, or files of `assay baseline save` or `assay score --save`; the first is what the others are held against");
  line.text("data-dir", data_dir, "where the data sets lie: prompts and pictures for the HTML page");
  output.add_options(line, comparison_formats(), "console");
  Problems problems;
  if (!line.parse(std::move(arguments), problems)) return 0;
  if (paths.size() < 2) problems.emplace_back("assay compare: name at least two runs");
  output.check(comparison_formats(), problems);
  throw_if_any(problems);
  std::vector<ScoredRun> runs;
  runs.reserve(paths.size());
  for (const auto& path : paths) runs.push_back(read_scored_run(path));
  const ComparisonRecord record = compare_runs(runs);
  PageContent page;
  if (output.shows_samples(comparison_formats())) {
    std::vector<const ScoredRun*> all;
    all.reserve(runs.size());
    for (const auto& run : runs) all.push_back(&run);
    page = RunPages(program.catalog, program.make_thumbnail, data_dir, all, output.picture_room()).of_all();
  }
  output.write(comparison_formats(), record, page);
  return 0;
}

}  // namespace assay
