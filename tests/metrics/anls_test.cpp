#include "metrics/anls.h"

#include <gtest/gtest.h>

#include "harness/base/json.h"
#include "metrics/edit_distance.h"
#include "metrics/mean.h"
#include "tests/shared_files.h"

namespace assay {
namespace {

using namespace std::string_view_literals;

std::vector<std::string> strings(const json::Value& array) {
  std::vector<std::string> out;
  for (const auto& item : array.GetArray()) out.emplace_back(json::text_of(item));
  return out;
}

double score(std::string_view prediction, std::vector<std::string> answers) { return anls(prediction, answers); }

TEST(EditDistance, CountsCodePoints) {
  EXPECT_EQ(edit_distance(U"kitten", U"sitting"), 3u);
  EXPECT_EQ(edit_distance(U"", U"abc"), 3u);
  EXPECT_EQ(edit_distance(U"你好", U"你"), 1u);
  EXPECT_EQ(edit_distance(U"abcdef", U"abXdef"), 1u);
}
TEST(EditDistance, IsSymmetricAndObeysTheTriangle) {
  const std::u32string words[] = {U"", U"a", U"ab", U"ba", U"abc", U"xabcx", U"cab", U"aaaa"};
  for (const auto& a : words) {
    for (const auto& b : words) {
      EXPECT_EQ(edit_distance(a, b), edit_distance(b, a));
      for (const auto& c : words) EXPECT_LE(edit_distance(a, c), edit_distance(a, b) + edit_distance(b, c));
    }
  }
}
TEST(Anls, IgnoresCaseAndWhiteSpaceButNotInTheLength) {
  EXPECT_EQ(score("  Repsol ", {"repsol"}), 1.0);
  EXPECT_EQ(score("a  b", {"A b"}), 1.0);
  EXPECT_EQ(score("   abcX", {"abcd"}), 1 - 1.0 / 7);  // seven raw letters, one edit
}
TEST(Anls, KeepsOneHalfAndDropsWhatIsBelow) {
  EXPECT_EQ(score("ab", {"ax"}), 0.5);
  EXPECT_EQ(score("abc", {"axy"}), 0.0);
}
TEST(Anls, TakesTheNearestAnswer) { EXPECT_EQ(score("dog", {"cat", "dog"}), 1.0); }
TEST(Anls, TakesAnyText) {
  EXPECT_EQ(score("", {""}), 1.0);
  EXPECT_EQ(score("", {"x"}), 0.0);
  EXPECT_EQ(score("x", {}), 0.0);
  EXPECT_EQ(score("🚀🚀", {"🚀x"}), 0.5);
  EXPECT_EQ(score("a\0b"sv, {std::string("a\0b"sv)}), 1.0);
  EXPECT_GE(score("\xFF\xFE", {"a"}), 0.0);
}

TEST(AnlsGolden, EqualsTheOfficialScript) {
  ASSAY_NEEDS_SHARED("fixtures/anls/anls_golden.json");
  const auto golden = json::parse_file(testing::shared_root() / "fixtures/anls/anls_golden.json");
  std::vector<double> scores;
  for (const auto& record : golden["records"].GetArray()) {
    const auto answers = strings(record["answers"]);
    const std::string prediction(json::text_of(record["pred"]));
    scores.push_back(anls(prediction, answers));
    EXPECT_EQ(scores.back(), record["rrc_official_infographicsvqa_eval"].GetDouble()) << prediction;
    const auto& lenient = record["pix2struct_lower_max"];
    if (lenient.IsString()) EXPECT_TRUE(prediction.empty()) << "the source fails only on two empty texts";
    else EXPECT_EQ(anls_pix2struct(prediction, answers), lenient.GetDouble()) << prediction;
  }
  EXPECT_EQ(running_mean(scores), golden["mean"]["rrc_official_infographicsvqa_eval"].GetDouble());
}

}  // namespace
}  // namespace assay
