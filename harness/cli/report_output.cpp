#include "harness/cli/report_output.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "harness/base/file.h"
#include "harness/base/suggestion.h"
#include "harness/run_folder.h"

namespace assay {
namespace {

constexpr const char* kConsole = "console";

}  // namespace

void ReportOutput::add_options(CommandLine& line, const std::vector<std::string>& known) {
  line.list("format", names_, fmt::format("{}; several with commas; default: {}", fmt::join(known, ", "), fallback_));
  line.text("out", out_, "folder for the reports; default: stdout. The console's form goes to stdout all the same");
}

void ReportOutput::check_names(const std::vector<std::string>& known, Problems& problems) {
  if (names_.empty()) names_ = {fallback_};
  for (const auto& name : names_)
    if (std::ranges::find(known, name) == known.end()) problems.push_back(fmt::format("--format: no report is named \"{}\"{}", name, suggestion(name, known)));
}

void ReportOutput::begin() const {
  if (!out_.empty()) make_folder("--out", out_);
}

void ReportOutput::put(const std::string& name, const std::string& file_name, const std::string& content) const {
  if (out_.empty() || name == kConsole) print_out(content);
  if (!out_.empty()) write_file_atomically(std::filesystem::path(out_) / file_name, content);
}

}  // namespace assay
