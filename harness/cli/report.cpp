#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <utility>

#include "harness/base/error.h"
#include "harness/base/file.h"
#include "harness/base/suggestion.h"
#include "harness/cli/command_line.h"
#include "harness/cli/verbs.h"
#include "harness/run_folder.h"
#include "reports/results_json.h"
#include "reports/text_reports.h"

namespace assay {
namespace {

constexpr const char* kExamples =
    "  assay report runs/first\n"
    "  assay report runs/first --format md > first.md\n"
    "  assay report runs/first --format json,md,console --out reports\n";

struct Format {
  const char* name;
  const char* file_name;
  std::string (*write)(const RunRecord& record);
};

constexpr std::array kFormats = {Format{"console", "report.txt", console_report}, Format{"json", "results.json", results_json},
                                 Format{"md", "report.md", markdown_report}};

/// Null, and a problem, when there is none of that name.
const Format* find_format(const std::string& name, Problems& problems) {
  std::vector<std::string> known;
  for (const Format& format : kFormats) {
    if (format.name == name) return &format;
    known.emplace_back(format.name);
  }
  problems.push_back(fmt::format("--format: no report is named \"{}\"{}", name, suggestion(name, known)));
  return nullptr;
}

}  // namespace

int report_verb(const Program&, Arguments arguments) {
  std::string run, out;
  std::vector<std::string> names;
  CommandLine line("report", "Writes a finished run's numbers.", kExamples);
  line.argument("RUN", run, "run folder, or a results.json");
  line.list("format", names, "console (default), json, md; several with commas");
  line.text("out", out, "folder for the reports; default: stdout");
  Problems problems;
  if (!line.parse(std::move(arguments), problems)) return 0;
  if (run.empty()) problems.emplace_back("assay report: name a run folder");
  if (names.empty()) names = {"console"};
  std::vector<const Format*> formats;
  for (const auto& name : names) formats.push_back(find_format(name, problems));
  throw_if_any(problems);
  const auto path = std::filesystem::is_directory(run) ? results_path(run) : std::filesystem::path(run);
  if (!std::filesystem::exists(path))
    throw DataError(fmt::format("{}: there are no results; a run writes them when it has ended", path.string()));
  const RunRecord record = parse_results(read_file(path), path.string());
  if (!out.empty()) make_folder("--out", out);
  for (const Format* format : formats) {
    if (out.empty()) print_out(format->write(record));
    else write_file_atomically(std::filesystem::path(out) / format->file_name, format->write(record));
  }
  return 0;
}

}  // namespace assay
