#include <fmt/format.h>

#include <filesystem>
#include <span>
#include <string>
#include <utility>

#include "harness/base/file.h"
#include "reports/formats.h"
#include "reports/html.h"
#include "tests/reports/report_values.h"

/// Writes one page of each kind, ordinary ones with 20,000 samples and hostile ones, and two in the folder form, to be looked at in a browser:
/// `assay_sample_pages FOLDER`. Every other format, ordinary and hostile, goes to `ordinary` and `hostile` below it, for the tools that read them.
namespace assay {
namespace {

template <typename Record>
void write_formats(const std::filesystem::path& folder, std::span<const Format<Record>> formats, const Record& record) {
  std::filesystem::create_directories(folder);
  for (const auto& format : formats)
    if (!format.shows_samples) write_file_atomically(folder / format.file_name, format.write(record, {}));
}

}  // namespace
}  // namespace assay

int main(int count, char** arguments) {
  using namespace assay;
  const std::filesystem::path folder = count > 1 ? arguments[1] : ".";
  std::filesystem::create_directories(folder);
  const auto write = [&](const char* name, const std::string& page) {
    write_file_atomically(folder / name, page);
    fmt::print("{}: {:.1f} MB\n", (folder / name).string(), static_cast<double>(page.size()) / 1e6);
  };
  const auto write_folder = [&](const char* name, const PageFiles& files) {
    for (const auto& part : files.parts) {
      std::filesystem::create_directories((folder / name / part.name).parent_path());
      write_file_atomically(folder / name / part.name, part.content);
    }
    write((std::string(name) + "/page.html").c_str(), files.page);
    fmt::print("  and {} parts\n", files.parts.size());
  };
  PageContent large = testing::page_content(1, 20'000);
  for (auto& sample : large.samples) sample.texts[0].reply += std::string(4000, 'x');
  write_folder("folder", run_html_folder(testing::run_record(), large));
  write_folder("hostile-folder", gate_html_folder(testing::hostile_gate(), testing::hostile_page_content(2)));
  for (const auto& [name, is_hostile] : {std::pair{"ordinary", false}, {"hostile", true}}) {
    write_formats(folder / name, run_formats(), is_hostile ? testing::hostile_run() : testing::run_record());
    write_formats(folder / name, gate_formats(), is_hostile ? testing::hostile_gate() : testing::gate_record());
    write_formats(folder / name, comparison_formats(), is_hostile ? testing::hostile_comparison() : testing::comparison_record());
  }
  write("run.html", run_html(testing::run_record(), testing::page_content(1, 500)));
  write("gate.html", gate_html(testing::gate_record(), testing::page_content(2, 20'000)));
  write("comparison.html", comparison_html(testing::comparison_record(), testing::page_content(3, 500)));
  write("hostile-run.html", run_html(testing::hostile_run(), testing::hostile_page_content(1)));
  write("hostile-gate.html", gate_html(testing::hostile_gate(), testing::hostile_page_content(2)));
  write("hostile-comparison.html", comparison_html(testing::hostile_comparison(), testing::hostile_page_content(3)));
  return 0;
}
