#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "harness/base/base64.h"
#include "harness/base/json.h"
#include "reports/html.h"
#include "reports/html/samples.h"
#include "tests/reports/report_values.h"

/// The folder form of HTML pages: a list in the page, texts and pictures in scripts beside it.
namespace assay {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

std::string between(const std::string& text, const std::string& begin, const std::string& end) {
  const auto from = text.find(begin) + begin.size();
  return text.substr(from, text.find(end, from) - from);
}

json::Document list_in(const PageFiles& files) {
  return json::parse(between(files.page, "id=\"sample-data\">", "</script>"), "list");
}

/// What a part hands to the page: [stamp, kind, number, rows].
json::Document arguments_of(const ReportFile& part) {
  EXPECT_THAT(part.content, StartsWith("assay_part("));
  EXPECT_TRUE(part.content.ends_with(");\n")) << part.name;
  return json::parse("[" + part.content.substr(11, part.content.size() - 11 - 3) + "]", part.name);
}

std::vector<ReportFile> parts_named(const std::vector<ReportFile>& parts, const std::string& start) {
  std::vector<ReportFile> found;
  std::copy_if(parts.begin(), parts.end(), std::back_inserter(found), [&](const ReportFile& part) { return part.name.starts_with(start); });
  return found;
}

/// 300 samples with a picture each and long replies.
PageContent large_content() {
  PageContent content = testing::page_content(2, 300);
  for (auto& sample : content.samples)
    for (auto& text : sample.texts)
      text.reply += std::string(5000, 'x') + " end", text.pictures = {fmt::format("{}{}", sample.records[0].id, std::string(3000, 'p'))};
  return content;
}

TEST(HtmlFolder, LetsThePageLoadItsPartsAndNothingElse) {
  const PageFiles files = gate_html_folder(testing::gate_record(), testing::page_content(2, 25));
  EXPECT_THAT(between(files.page, "Content-Security-Policy\" content=\"", "\""),
              AllOf(StartsWith("default-src 'none'; img-src data:; style-src 'sha256-"), HasSubstr("' 'strict-dynamic'; base-uri 'none'")));
  EXPECT_THAT(gate_html(testing::gate_record(), testing::page_content(2, 25)), Not(HasSubstr("'strict-dynamic'")));
}

TEST(HtmlFolder, NamesItsFolderAfterThePage) {
  const auto folder_of = [](const PageFiles& files) { return files.parts.at(0).name; };
  EXPECT_EQ(folder_of(run_html_folder(testing::run_record(), testing::page_content(1, 3))), "report.parts/texts-0000.js");
  EXPECT_EQ(folder_of(gate_html_folder(testing::gate_record(), {})), "gate.parts/texts-0000.js") << "its own flips";
  EXPECT_EQ(folder_of(comparison_html_folder(testing::comparison_record(), testing::page_content(3, 3))), "comparison.parts/texts-0000.js");
  EXPECT_TRUE(run_html_folder(testing::run_record(), {}).parts.empty());
}

TEST(HtmlFolder, HasEveryTextWholeAndEveryPictureOnce) {
  const PageContent content = large_content();
  const PageFiles files = gate_html_folder(testing::gate_record(), content);
  const auto list = list_in(files);
  ASSERT_EQ(list["samples"].Size(), 300U);
  const auto texts = parts_named(files.parts, "gate.parts/texts-"), pictures = parts_named(files.parts, "gate.parts/pictures-");
  EXPECT_EQ(list["parts"]["texts"].Size(), texts.size());
  EXPECT_GE(texts.size(), 3U) << "300 samples with two replies of 5 kB";
  std::size_t row = 0, picture = 0;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    const auto arguments = arguments_of(texts[i]);
    EXPECT_EQ(arguments[0], list["parts"]["stamp"]);
    EXPECT_EQ(json::text_of(arguments[1]), "texts");
    EXPECT_EQ(arguments[2].GetUint(), i);
    EXPECT_EQ(list["parts"]["texts"][static_cast<rapidjson::SizeType>(i)].GetUint(), row);
    EXPECT_LE(texts[i].content.size(), html::kPartBytes + 1000);
    for (const auto& one : arguments[3].GetArray()) {
      EXPECT_TRUE(json::text_of(one[2][0][1]).ends_with(" end"));
      ++row;
    }
  }
  EXPECT_EQ(row, 300U);
  for (std::size_t i = 0; i < pictures.size(); ++i) {
    EXPECT_EQ(list["parts"]["pictures"][static_cast<rapidjson::SizeType>(i)].GetUint(), picture);
    picture += arguments_of(pictures[i])[3].Size();
  }
  EXPECT_EQ(picture, 300U);
  EXPECT_EQ(list["samples"][7][6][0].GetUint(), 7U) << "pictures come in the order of their samples";
}

TEST(HtmlFolder, KeepsRepliesOutOfThePage) {
  const PageFiles files = gate_html_folder(testing::gate_record(), large_content());
  EXPECT_THAT(files.page, Not(HasSubstr("xxxxxxxxxx")));
  EXPECT_LT(files.page.size(), 300'000U);
  const auto list = list_in(files);
  const auto& side = list["samples"][0][7][0];
  EXPECT_EQ(side.Size(), 2U) << "state and value";
  EXPECT_FALSE(list.HasMember("pictures"));
}

TEST(HtmlFolder, GivesALongRowAPartOfItsOwn) {
  PageContent content = testing::page_content(1, 6);
  content.samples[2].texts[0].reply = std::string(50'000, 'y');
  const auto parted = html::parted_samples(content, "p", html::kMostSampleBytes, 2000);
  std::size_t long_parts = 0;
  for (const auto& part : parted.parts) {
    if (part.content.size() < 50'000) continue;
    ++long_parts;
    EXPECT_EQ(arguments_of(part)[3].Size(), 1U);
  }
  EXPECT_EQ(long_parts, 1U);
}

TEST(HtmlFolder, ShortensTheListBeforeItDropsSamples) {
  PageContent content = testing::page_content(1, 400);
  for (auto& sample : content.samples) sample.texts[0].prompt = std::string(2000, 'q');
  const auto whole = html::parted_samples(content, "p"), shorter = html::parted_samples(content, "p", 60'000), few = html::parted_samples(content, "p", 10'000);
  EXPECT_THAT(whole.list.json, HasSubstr(std::string(400, 'q') + "\""));
  EXPECT_LE(shorter.list.json.size(), 60'000U);
  EXPECT_EQ(json::parse(shorter.list.json, "list")["samples"].Size(), 400U);
  EXPECT_TRUE(shorter.list.notes.empty()) << "the parts have the questions whole";
  EXPECT_LE(few.list.json.size(), 10'000U);
  EXPECT_THAT(few.list.notes, ::testing::ElementsAre(HasSubstr("samples, unchanged ones first, are left out")));
}

TEST(HtmlFolder, KnowsPartsOfAnotherWriting) {
  PageContent content = testing::page_content(1, 3);
  const auto stamp = [&] { return std::string(json::text_of(list_in(run_html_folder(testing::run_record(), content))["parts"]["stamp"])); };
  const auto before = stamp();
  EXPECT_EQ(stamp(), before);
  content.samples[1].texts[0].reply += ".";
  EXPECT_NE(stamp(), before);
}

TEST(HtmlFolder, StaysWellFormedWhateverComes) {
  for (const auto& files : {run_html_folder(testing::hostile_run(), testing::hostile_page_content(1)), gate_html_folder(testing::hostile_gate(), testing::hostile_page_content(2)),
                            comparison_html_folder(testing::hostile_comparison(), testing::hostile_page_content(3))}) {
    EXPECT_FALSE(list_in(files)["samples"].Empty());
    for (const auto& part : files.parts) {
      EXPECT_THAT(part.content, AllOf(Not(HasSubstr("<")), Not(HasSubstr("\u2028"))));
      EXPECT_GT(arguments_of(part)[3].Size(), 0U);
    }
  }
}

TEST(HtmlFolder, HoldsTwentyThousandSamplesThatOneFileHasNoRoomFor) {
  PageContent content = testing::page_content(1, 20'000);
  for (auto& sample : content.samples) sample.texts[0].reply += std::string(4000, 'x');
  const std::string one_file = run_html(testing::run_record(), content);
  EXPECT_LT(one_file.size(), 20'000'000U);
  EXPECT_TRUE(one_file.find("A page written with --html-folder has all of it") != std::string::npos);
  const PageFiles files = run_html_folder(testing::run_record(), content);
  EXPECT_LT(files.page.size(), 20'000'000U);
  std::size_t bytes = 0;
  for (const auto& part : files.parts) bytes += part.content.size();
  EXPECT_GT(bytes, 80'000'000U);
}

}  // namespace
}  // namespace assay
