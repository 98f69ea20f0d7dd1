#include "metrics/mmmu_answer.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "harness/base/json.h"
#include "metrics/python_text.h"
#include "tests/shared_files.h"

namespace assay {
namespace {

using ::testing::ElementsAre;
using ::testing::ElementsAreArray;
using ::testing::IsEmpty;

TEST(MmmuNumbers, FollowsEachPattern) {
  EXPECT_THAT(mmmu_numbers("1,234.50"), ElementsAre("1,234", "234.50"));
  EXPECT_THAT(mmmu_numbers("1,234,5678"), ElementsAre("1,234", "5678"));  // the last group goes on
  EXPECT_THAT(mmmu_numbers("12,34"), ElementsAre("34"));
  EXPECT_THAT(mmmu_numbers("x1,234"), ElementsAre("234"));  // no word begins at the 1
  EXPECT_THAT(mmmu_numbers("-1e-3 2.5E+7"), ElementsAre("-1e-3", "2.5E+7", "-3", "2", "7"));
  EXPECT_THAT(mmmu_numbers("4m 4 m .5 -.5 5."), ElementsAre("4", ".5", "-.5", "5"));
  EXPECT_THAT(mmmu_numbers("2-3"), ElementsAre("2", "-3"));
  EXPECT_THAT(mmmu_numbers("٣ ²"), ElementsAre("٣"));
  EXPECT_THAT(mmmu_numbers("3²"), IsEmpty());  // the power is a word letter
  EXPECT_THAT(mmmu_numbers(""), IsEmpty());
}
TEST(MmmuNormalized, NumbersAndTexts) {
  EXPECT_THAT(mmmu_normalized(" 1,234.567 "), ElementsAre(OpenValue(1234.57)));
  EXPECT_THAT(mmmu_normalized("B"), ElementsAre(OpenValue(" b"), OpenValue("b ")));
  EXPECT_THAT(mmmu_normalized("İ"), ElementsAre(OpenValue("i\u0307")));  // two letters
  EXPECT_THAT(mmmu_normalized(""), ElementsAre(OpenValue("")));
}
TEST(ParseMmmuOpen, TakesTheShortestTail) {
  EXPECT_THAT(parse_mmmu_open("So the answer is x = 4.\nIt is so."), ElementsAre(OpenValue("x = 4."), OpenValue("so"), OpenValue(4.0)));
  EXPECT_THAT(parse_mmmu_open("x = 4"), ElementsAre(OpenValue(4.0)));
  EXPECT_THAT(parse_mmmu_open("a = b\nno"), ElementsAre(OpenValue("a = b\nno")));  // "=" counts in the last line only
  EXPECT_THAT(parse_mmmu_open("The answer is :"), ElementsAre(OpenValue("the answer is :")));
  EXPECT_THAT(parse_mmmu_open("it is "), ElementsAre(OpenValue("it is")));
}
TEST(MmmuOpenMatches, TextsContainAndNumbersEqual) {
  const auto matches = [](const char* reply, std::vector<std::string> answers) { return mmmu_open_matches(parse_mmmu_open(reply), answers); };
  EXPECT_TRUE(matches("The answer is a blue whale.", {"whale"}));
  EXPECT_FALSE(matches("whale", {"blue whale"}));
  EXPECT_TRUE(matches("It is 3.14159", {"3.14"}));
  EXPECT_FALSE(matches("It is 3.2", {"3.14"}));
  EXPECT_TRUE(matches("option b is", {"7", "B"}));
  EXPECT_FALSE(matches("nan", {"nan"}));  // a number that equals nothing
  EXPECT_TRUE(matches("4", {"4.001"}));
}

/// Python's repr of a value, for texts of plain letters.
std::string repr(const OpenValue& value) {
  if (const auto* number = std::get_if<double>(&value)) {
    const std::string text = fmt::format("{}", *number);
    return text.find('.') == std::string::npos ? text + ".0" : text;
  }
  return fmt::format("'{}'", python::replace(python::replace(std::get<std::string>(value), "\\", "\\\\"), "\n", "\\n"));
}
std::vector<std::string> reprs(const std::vector<OpenValue>& values) {
  std::vector<std::string> texts;
  for (const auto& value : values) texts.push_back(repr(value));
  return texts;
}
std::vector<std::string> texts_of(const json::Value& array) {
  std::vector<std::string> texts;
  for (const auto& text : array.GetArray()) texts.emplace_back(json::text_of(text));
  return texts;
}

TEST(MmmuGolden, ReadsOpenAnswersAsTheOfficialCode) {
  ASSAY_NEEDS_SHARED("fixtures/mmmu/parse_open_golden.json");
  const auto golden = json::parse_file(testing::shared_root() / "fixtures/mmmu/parse_open_golden.json");
  ASSERT_GT(golden.Size(), 0u);
  for (const auto& row : golden.GetArray()) {
    const std::string reply = json::require_string(row, "response", "row");
    auto parsed = reprs(parse_mmmu_open(reply));
    std::ranges::sort(parsed);
    EXPECT_THAT(parsed, ElementsAreArray(texts_of(row["parse_open_response_sorted_reprs"]))) << reply;
    EXPECT_THAT(mmmu_numbers(reply), ElementsAreArray(texts_of(row["extract_numbers"]))) << reply;
    EXPECT_THAT(reprs(mmmu_normalized(reply)), ElementsAreArray(texts_of(row["normalize_str"]))) << reply;
  }
}

}  // namespace
}  // namespace assay
