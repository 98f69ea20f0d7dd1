#include "reports/formats.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "harness/base/utf8.h"
#include "tests/reports/report_values.h"

namespace assay {
namespace {

using ::testing::ElementsAre;

template <typename Record>
void expect_sound(std::span<const Format<Record>> formats, const Record& hostile, const PageContent& content) {
  const auto names = format_names(formats);
  EXPECT_TRUE(std::is_sorted(names.begin(), names.end()));
  std::set<std::string> files;
  for (const auto& format : formats) {
    EXPECT_TRUE(files.insert(format.file_name).second) << format.file_name;
    EXPECT_EQ(find_format(formats, format.name), &format);
    for (const std::string& text : {format.write(hostile, content), format.write({}, {})}) {
      EXPECT_EQ(replace_invalid_utf8(text), text) << format.name;
      EXPECT_EQ(text.find('\x1b'), std::string::npos) << format.name << ": a terminal code";
    }
  }
  EXPECT_EQ(find_format(formats, "pdf"), nullptr);
}

TEST(Formats, AreSoundWhateverTheRecordHolds) {
  expect_sound(run_formats(), testing::hostile_run(), testing::hostile_page_content(1));
  expect_sound(gate_formats(), testing::hostile_gate(), testing::hostile_page_content(2));
  expect_sound(comparison_formats(), testing::hostile_comparison(), testing::hostile_page_content(3));
}

TEST(Formats, AreTheseOnes) {
  EXPECT_THAT(format_names(run_formats()), ElementsAre("console", "csv", "html", "json", "junit", "latex", "md", "openmetrics"));
  EXPECT_THAT(format_names(gate_formats()),
              ElementsAre("console", "csv", "github", "gitlab", "html", "json", "junit", "latex", "md", "openmetrics"));
  EXPECT_THAT(format_names(comparison_formats()), ElementsAre("console", "csv", "html", "json", "latex", "md"));
}

TEST(Formats, AllTellOfAQuarantine) {
  GateRecord record = testing::gate_record();
  for (const auto& format : gate_formats()) EXPECT_EQ(format.write(record, {}).find("2027-01-31"), std::string::npos) << format.name;
  record.metrics[0].is_gated = false;
  record.metrics[0].quarantined_until = "2027-01-31";
  record.metrics[0].note = "quarantined until 2027-01-31: new tokenizer";
  for (const auto& format : gate_formats()) {
    const std::string text = format.write(record, {});
    EXPECT_NE(text.find("quarantine"), std::string::npos) << format.name;
    if (std::string_view(format.name) != "latex") {
      EXPECT_NE(text.find("2027-01-31"), std::string::npos) << format.name;
    }
  }
}

TEST(Formats, SayWhichLookAtSamples) {
  for (const auto& format : gate_formats()) EXPECT_EQ(format.shows_samples, std::string_view(format.name) == "html") << format.name;
}

}  // namespace
}  // namespace assay
