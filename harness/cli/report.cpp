#include <fmt/format.h>

#include <filesystem>
#include <string>
#include <vector>

#include "harness/base/error.h"
#include "harness/base/file.h"
#include "harness/cli/command_line.h"
#include "harness/cli/report_output.h"
#include "harness/cli/verbs.h"
#include "harness/roofline_file.h"
#include "harness/run_folder.h"
#include "harness/run_page.h"
#include "harness/scored_run.h"
#include "reports/formats.h"
#include "reports/results_json.h"

namespace assay {
namespace {

constexpr const char* kExamples =
    "  assay report runs/first\n"
    "  assay report runs/first --format md > first.md\n"
    "  assay report runs/first --format html,csv,junit --out reports\n"
    "  assay report runs/first --format html --speed encoder.json,decode.json --out reports\n"
    "  assay report runs/large --format html --html-folder --out reports\n";

bool is_results_file(const std::string& path) { return std::filesystem::is_regular_file(path) && std::filesystem::path(path).extension() == ".json"; }

RunRecord read_record(const std::string& run) {
  const auto path = is_results_file(run) ? std::filesystem::path(run) : results_path(run);
  if (!is_results_file(run) && std::filesystem::exists(manifest_path(run)) && !std::filesystem::exists(path))
    throw ModelError(fmt::format("{}: the run has not ended: it has no {}; let `assay run` go on to its end", run, path.filename().string()));
  if (!std::filesystem::exists(path)) throw DataError(fmt::format("{}: there are no results; a run writes them when it has ended", path.string()));
  return parse_results(read_file(path), path.string());
}

/// A results.json has no samples; what else a page shows comes from the run folder.
PageContent page_of(const Program& program, const std::string& run, const std::string& data_dir, std::size_t picture_room) {
  if (is_results_file(run)) return {};
  const ScoredRun scored = read_scored_run(run);
  return RunPages(program.catalog, program.make_thumbnail, data_dir, {&scored}, picture_room).of_all();
}

}  // namespace

int report_verb(const Program& program, Arguments arguments) {
  std::string run, data_dir;
  std::vector<std::string> speed_files;
  ReportOutput output;
  CommandLine line("report", "Writes a finished run's numbers.", kExamples);
  line.argument("RUN", run, "run folder, or a results.json");
  line.text("data-dir", data_dir, "where the data sets lie: prompts and pictures for the HTML page");
  line.list("speed", speed_files, "timings that `assay speed` wrote with --out: the HTML page shows them against the machine's limits");
  output.add_options(line, run_formats(), "console");
  Problems problems;
  if (!line.parse(std::move(arguments), problems)) return 0;
  if (run.empty()) problems.emplace_back("assay report: name a run folder");
  output.check(run_formats(), problems);
  const bool has_page = output.shows_samples(run_formats());
  if (!speed_files.empty() && !has_page) problems.emplace_back("--speed is a part of --format html, which was not asked for");
  throw_if_any(problems);
  const RunRecord record = read_record(run);
  PageContent page = has_page ? page_of(program, run, data_dir, output.picture_room()) : PageContent{};
  if (!speed_files.empty()) page.roofline = read_roofline(speed_files);
  output.write(run_formats(), record, page);
  return 0;
}

}  // namespace assay
