#include "harness/cli/report_output.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>
#include <system_error>

#include "harness/base/file.h"
#include "harness/base/suggestion.h"
#include "harness/run_folder.h"
#include "harness/run_page.h"

namespace assay {
namespace {

constexpr const char* kConsole = "console";
constexpr const char* kHtml = "html";

/// Parts of an earlier report of that name; whatever else lies there stays.
void remove_parts(const std::filesystem::path& folder) {
  std::error_code ignored;
  std::vector<std::filesystem::path> old;
  for (const auto& entry : std::filesystem::directory_iterator(folder, ignored)) {
    const std::string name = entry.path().filename().string();
    if (name.ends_with(".js") && (name.starts_with("texts-") || name.starts_with("pictures-"))) old.push_back(entry.path());
  }
  for (const auto& path : old) std::filesystem::remove(path, ignored);
}

}  // namespace

void ReportOutput::add_options(CommandLine& line, const std::vector<std::string>& known) {
  line.list("format", names_, fmt::format("{}; several with commas; default: {}", fmt::join(known, ", "), fallback_));
  line.text("out", out_, "folder for the reports; default: stdout. The console's form goes to stdout all the same");
  line.flag("html-folder", in_folder_, "write HTML as a page and a folder of parts beside it that it loads as they are looked at: every text whole, every picture");
}

void ReportOutput::check_names(const std::vector<std::string>& known, Problems& problems) {
  if (names_.empty()) names_ = {fallback_};
  for (const auto& name : names_)
    if (std::ranges::find(known, name) == known.end()) problems.push_back(fmt::format("--format: no report is named \"{}\"{}", name, suggestion(name, known)));
  if (in_folder_ && std::ranges::find(names_, kHtml) == names_.end()) problems.emplace_back("--html-folder is a form of --format html, which was not asked for");
  if (in_folder_ && out_.empty()) problems.emplace_back("--html-folder needs --out: a folder for the page and its parts");
}

std::size_t ReportOutput::picture_room() const { return in_folder_ ? RunPages::kEverything : RunPages::kOnePage; }

void ReportOutput::begin() const {
  if (!out_.empty()) make_folder("--out", out_);
}

void ReportOutput::put(const std::string& name, const std::string& file_name, const std::string& content) const {
  if (out_.empty() || name == kConsole) print_out(content);
  if (!out_.empty()) write_file_atomically(std::filesystem::path(out_) / file_name, content);
}

void ReportOutput::put_folder(const std::string& file_name, const PageFiles& files) const {
  const std::filesystem::path folder = out_;
  if (!files.parts.empty()) {
    const auto parts = (folder / files.parts[0].name).parent_path();
    make_folder("--out", parts);
    remove_parts(parts);
  }
  for (const auto& part : files.parts) write_file_atomically(folder / part.name, part.content);
  write_file_atomically(folder / file_name, files.page);
}

}  // namespace assay
