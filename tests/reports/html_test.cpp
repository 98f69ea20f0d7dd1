#include "reports/html.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/base/base64.h"
#include "harness/base/json.h"
#include "harness/base/utf8.h"
#include "reports/html/samples.h"
#include "tests/reports/report_values.h"
#include "tests/reports/sha256.h"
#include "tests/reports/xml.h"

namespace assay {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

/// What stands between the first `begin` after `from` and the next `end`.
std::string between(const std::string& text, const std::string& begin, const std::string& end, std::size_t from = 0) {
  const auto start = text.find(begin, from) + begin.size();
  return text.substr(start, text.find(end, start) - start);
}

constexpr const char* kData = "<script type=\"application/json\" id=\"sample-data\">";

struct PageParts {
  std::string policy, style, data, script;
  std::string markup;  ///< the page without doctype, style and scripts: that is well-formed XML
};

PageParts parts_of(const std::string& page) {
  PageParts parts;
  parts.policy = between(page, "http-equiv=\"Content-Security-Policy\" content=\"", "\"");
  parts.style = between(page, "<style>", "</style>");
  parts.data = page.find(kData) == std::string::npos ? "" : between(page, kData, "</script>");
  parts.script = between(page, "<script>", "</script>");
  parts.markup = page.substr(page.find("<html"));
  for (const std::string* cut : {&parts.style, &parts.data, &parts.script})
    if (!cut->empty()) parts.markup.erase(parts.markup.find(*cut), cut->size());
  return parts;
}

std::vector<std::string> all_pages() {
  return {run_html(testing::run_record(), testing::page_content(1, 25)),
          gate_html(testing::gate_record(), testing::page_content(2, 25)),
          comparison_html(testing::comparison_record(), testing::page_content(3, 25)),
          run_html(testing::hostile_run(), testing::hostile_page_content(1)),
          gate_html(testing::hostile_gate(), testing::hostile_page_content(2)),
          comparison_html(testing::hostile_comparison(), testing::hostile_page_content(3)),
          gate_html(testing::hostile_gate(), {}),
          comparison_html(testing::hostile_comparison(), {}),
          run_html({}, {}),
          gate_html({}, {}),
          comparison_html({}, {})};
}

TEST(Html, SaysThatWeightsWereInAnotherForm) {
  auto int8 = testing::run_record();
  EXPECT_THAT(run_html(int8, {}), Not(HasSubstr("int8")));
  int8.weights = "int8";
  EXPECT_THAT(run_html(int8, {}), HasSubstr("The language model ran with int8 weights"));
}

TEST(Html, IsWellFormedWhateverComes) {
  for (const auto& page : all_pages()) {
    EXPECT_EQ(testing::read_xml(parts_of(page).markup).complaint, "");
    EXPECT_EQ(replace_invalid_utf8(page), page);
  }
}

TEST(Html, AllowsItsOwnStyleAndScriptAlone) {
  ASSERT_EQ(base64(testing::sha256("abc")), "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=") << "the example of FIPS 180-4";
  for (const auto& page : all_pages()) {
    const PageParts parts = parts_of(page);
    EXPECT_EQ(
        parts.policy,
        fmt::format(
            "default-src 'none'; img-src data:; style-src 'sha256-{}'; script-src 'sha256-{}'; base-uri 'none'; form-action 'none'",
            base64(testing::sha256(parts.style)), base64(testing::sha256(parts.script))));
  }
}

TEST(Html, LoadsNothingAndRunsNothingElse) {
  for (const auto& page : all_pages()) {
    const auto document = testing::read_xml(parts_of(page).markup);
    EXPECT_LE(document.root.all("script").size(), 2U);
    EXPECT_EQ(document.root.all("style").size(), 1U);
    for (const char* element : {"link", "iframe", "object", "embed", "base", "form", "img"})
      EXPECT_TRUE(document.root.all(element).empty()) << element;
    for (const auto* anchor : document.root.all("a")) EXPECT_EQ(anchor->attributes.at("href")[0], '#');
    for (const char* tag : {"div", "td", "span", "svg", "text", "section", "bdi", "p"})
      for (const auto* element : document.root.all(tag))
        for (const auto& [name, value] : element->attributes) EXPECT_TRUE(name != "style" && !name.starts_with("on")) << name;
  }
}

TEST(Html, KeepsDataInsideItsBlock) {
  for (const auto& page : all_pages()) {
    const PageParts parts = parts_of(page);
    if (parts.data.empty()) continue;
    EXPECT_THAT(parts.data, Not(HasSubstr("<")));
    EXPECT_THAT(parts.data, Not(HasSubstr("\u2028")));
    EXPECT_FALSE(json::parse(parts.data, "data")["samples"].Empty());
  }
}

TEST(RunHtml, HasEveryPart) {
  const std::string page = run_html(testing::run_record(), testing::page_content(1, 25));
  const auto document = testing::read_xml(parts_of(page).markup);
  std::vector<std::string> titles;
  for (const auto* title : document.root.all("h2")) titles.push_back(title->text);
  EXPECT_THAT(titles, ::testing::ElementsAre("Overview", "chartqa_test (official)", "docvqa_val (official)", "Samples by state",
                                             "Stage times", "Samples", "Manifest"));
  EXPECT_THAT(page, HasSubstr("<td class=\"number\" data-v=\"0.6364134930118334\"><bdi>0.6364</bdi></td>"));
}

TEST(GateHtml, HasEveryPart) {
  const std::string page = gate_html(testing::gate_record(), testing::page_content(2, 25));
  const auto document = testing::read_xml(parts_of(page).markup);
  std::vector<std::string> titles;
  for (const auto* title : document.root.all("h2")) titles.push_back(title->text);
  EXPECT_THAT(titles, ::testing::ElementsAre("Metrics", "Comparability and validity", "Behaviour", "Samples", "Samples by state",
                                             "Stage times", "Manifest"));
  EXPECT_EQ(document.root.all("circle").size(), 5U) << "a point for each gated metric";
  EXPECT_THAT(page, HasSubstr("<span class=\"verdict bad\">FAIL</span>"));
  EXPECT_THAT(page, HasSubstr("<tr class=\"differs\"><td class=\"text wide\"><bdi>model.weights_digest</bdi></td>"));
}

TEST(GateHtml, ShowsItsOwnFlipsWithoutSamples) {
  const auto data = json::parse(parts_of(gate_html(testing::gate_record(), {})).data, "data");
  ASSERT_EQ(data["samples"].Size(), 3U);
  EXPECT_EQ(json::text_of(data["samples"][0][1]), "human/1");
  EXPECT_EQ(json::text_of(data["samples"][0][7][1][3]), "It is 125");
  EXPECT_EQ(json::text_of(data["runs"][0]), "runs/old");
}

TEST(ComparisonHtml, DrawsScoreAgainstCost) {
  const auto document = testing::read_xml(parts_of(comparison_html(testing::comparison_record(), {})).markup);
  EXPECT_EQ(document.root.all("polyline").size(), 2U) << "time and memory";
  EXPECT_EQ(document.root.all("circle").size(), 4U) << "the run whose cost is not known has no point";
}

TEST(SampleData, TellsWhatBecameOfASample) {
  const auto change = [](std::vector<double> values, std::vector<std::string> replies) {
    PageSample sample;
    for (std::size_t i = 0; i < values.size(); ++i) {
      sample.records.emplace_back();
      sample.records.back().id = std::string("x");
      sample.records.back().value = values[i];
      sample.records.back().reply_digest = replies[i];
    }
    return html::change_of(sample);
  };
  const double nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_EQ(change({1, 1}, {"a", "a"}), html::Change::kSame);
  EXPECT_EQ(change({1, 0.5}, {"a", "b"}), html::Change::kLost);
  EXPECT_EQ(change({0, 1}, {"a", "b"}), html::Change::kGained);
  EXPECT_EQ(change({1, 1}, {"a", "b"}), html::Change::kOtherReply);
  EXPECT_EQ(change({1, 1, 0}, {"a", "b", "c"}), html::Change::kScoresDiffer);
  EXPECT_EQ(change({nan, nan}, {"a", "a"}), html::Change::kSame);
  EXPECT_EQ(change({nan, 1}, {"a", "b"}), html::Change::kScoresDiffer);
  EXPECT_EQ(change({1}, {"a"}), html::Change::kSame);
  EXPECT_EQ(html::change_of({}), html::Change::kSame);
}

TEST(SampleData, PutsWhatFellFirst) {
  const auto data = json::parse(html::sample_data(testing::page_content(2, 25)).json, "data");
  EXPECT_EQ(json::text_of(data["samples"][0][1]), "human/1");
  EXPECT_EQ(data["samples"][0][3].GetInt(), 1);
  EXPECT_EQ(data["samples"][24][3].GetInt(), 0);
}

TEST(SampleData, KeepsEachPictureOnce) {
  PageContent content = testing::page_content(1, 4);
  for (auto& sample : content.samples) sample.texts[0].pictures = {"one picture"};
  content.samples[3].texts[0].pictures.push_back("another");
  const auto data = json::parse(html::sample_data(content).json, "data");
  ASSERT_EQ(data["pictures"].Size(), 2U);
  EXPECT_EQ(json::text_of(data["pictures"][0]), "b25lIHBpY3R1cmU=");
  EXPECT_EQ(data["samples"][0][6][0].GetInt(), 0);
}

TEST(SampleData, StaysSmall) {
  PageContent content = testing::hostile_page_content(2);
  for (std::size_t i = 0; i < content.samples.size(); ++i)
    content.samples[i].texts[0].pictures = {fmt::format("{}{}", i, std::string(9000, 'p'))};
  for (const std::size_t limit : {2'000'000U, 300'000U, 100'000U, 20'000U}) {
    const auto data = html::sample_data(content, limit);
    EXPECT_LE(data.json.size(), limit);
    EXPECT_FALSE(json::parse(data.json, "data")["samples"].Empty());
    EXPECT_FALSE(data.notes.empty());
  }
  EXPECT_TRUE(html::sample_data(testing::page_content(2, 30)).notes.empty());
  EXPECT_EQ(html::sample_data({}).json, "");
}

TEST(Html, HoldsTwentyThousandSamples) {
  PageContent content = testing::page_content(2, 20'000);
  for (auto& sample : content.samples)
    for (auto& text : sample.texts)
      text.reply += std::string(900, 'x'), text.pictures = {fmt::format("{}{}", sample.records[0].id, std::string(3000, 'p'))};
  const std::string page = gate_html(testing::gate_record(), content);
  EXPECT_LT(page.size(), 20'000'000U);
  EXPECT_EQ(json::parse(parts_of(page).data, "data")["samples"].Size(), 20'000U);
}

}  // namespace
}  // namespace assay
