#include <fmt/format.h>

#include <filesystem>

#include "harness/base/file.h"
#include "reports/html.h"
#include "tests/reports/report_values.h"

/// Writes one page of each kind, ordinary ones with 20,000 samples and hostile ones, to be looked at in a browser:
/// `assay_sample_pages FOLDER`.
int main(int count, char** arguments) {
  using namespace assay;
  const std::filesystem::path folder = count > 1 ? arguments[1] : ".";
  std::filesystem::create_directories(folder);
  const auto write = [&](const char* name, const std::string& page) {
    write_file_atomically(folder / name, page);
    fmt::print("{}: {:.1f} MB\n", (folder / name).string(), static_cast<double>(page.size()) / 1e6);
  };
  write("run.html", run_html(testing::run_record(), testing::page_content(1, 500)));
  write("gate.html", gate_html(testing::gate_record(), testing::page_content(2, 20'000)));
  write("comparison.html", comparison_html(testing::comparison_record(), testing::page_content(3, 500)));
  write("hostile-run.html", run_html(testing::hostile_run(), testing::hostile_page_content(1)));
  write("hostile-gate.html", gate_html(testing::hostile_gate(), testing::hostile_page_content(2)));
  write("hostile-comparison.html", comparison_html(testing::hostile_comparison(), testing::hostile_page_content(3)));
  return 0;
}
