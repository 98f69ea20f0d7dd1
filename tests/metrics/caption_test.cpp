#include "metrics/caption.h"

#include <gtest/gtest.h>

#include <cmath>

#include "harness/base/file.h"
#include "harness/base/json.h"
#include "metrics/mean.h"
#include "metrics/python_text.h"
#include "tests/shared_files.h"

namespace assay {
namespace {

const std::vector<Caption> kCaptions = {
    {"a man rides a red horse", {"a man riding a horse", "the man rides a brown horse"}},
    {"two dogs", {"two dogs play in the snow", "dogs in snow"}},
    {"", {"a cat", "a cat sleeps"}},
};

TEST(Bleu, OfAReferenceIsNearlyOne) {
  const auto scores = bleu(count_for_bleu({"a man riding a horse", {"a man riding a horse"}}));
  for (const double score : scores) EXPECT_NEAR(score, 1, 1e-8);
}
TEST(Bleu, ClipsRepeatedWordsAndPenalizesShortness) {
  const auto counts = count_for_bleu({"the the the", {"the cat is on the mat", "a cat"}});
  EXPECT_EQ(counts.correct[0], 2);
  EXPECT_EQ(counts.reference_length, 2);  // the nearest in length
  const auto shorter = count_for_bleu({"cat", {"the cat", "a big cat"}});
  EXPECT_NEAR(bleu(shorter)[0], std::exp(1 - 2.0), 1e-8);
}
TEST(Bleu, TakesTheShorterOfTwoReferencesAsNear) {
  EXPECT_EQ(count_for_bleu({"a b c", {"a b c d", "a b"}}).reference_length, 2);
}
TEST(RougeL, TakesTheBestPrecisionAndTheBestRecall) {
  EXPECT_EQ(rouge_l({"a b c", {"a b c"}}), 1);
  EXPECT_EQ(rouge_l({"a b", {"c d"}}), 0);
  const double precision = 1, recall = 1;  // "a b" is in the first, and all of the second is in it
  EXPECT_DOUBLE_EQ(rouge_l({"a b", {"a b c d", "b"}}), (1 + 1.44) * precision * recall / (recall + 1.44 * precision));
}
TEST(RougeL, CountsEmptyTokensBetweenTwoSpaces) { EXPECT_LT(rouge_l({"a  b", {"a b"}}), 1); }
TEST(RougeL, OfNothingWithNothingIsOne) { EXPECT_EQ(rouge_l({"", {""}}), 1); }

TEST(Cider, IsTenForTheOnlyReferenceAndZeroForStrangers) {
  const std::vector<Caption> captions = {{"a man riding a horse", {"a man riding a horse"}}, {"ice cream", {"two dogs play in snow"}}};
  for (const auto kind : {CiderKind::kCiderD, CiderKind::kCider}) {
    const auto scores = cider(captions, kind);
    EXPECT_NEAR(scores.each[0], 10, 1e-12);
    EXPECT_EQ(scores.each[1], 0);
    EXPECT_NEAR(scores.corpus, 5, 1e-12);
  }
}
TEST(Cider, OfASinglePictureIsZero) { EXPECT_EQ(cider(std::vector<Caption>{{"a b", {"a b"}}}, CiderKind::kCiderD).corpus, 0); }
TEST(Cider, OfNothingIsNoNumber) { EXPECT_TRUE(std::isnan(cider({}, CiderKind::kCiderD).corpus)); }
TEST(CiderD, PenalizesOtherLengthsAndClips) {
  const std::vector<Caption> captions = {{"red red red red", {"red horse"}}, {"dog", {"big dog"}}};
  EXPECT_LT(cider(captions, CiderKind::kCiderD).each[0], cider(captions, CiderKind::kCider).each[0]);
}
// The original, pycocoevalcap ad63453c, run on these captions gave these numbers.
TEST(CaptionScores, AgreeWithTheOriginal) {
  BleuCounts all;
  std::vector<double> rouge;
  for (const auto& caption : kCaptions) all += count_for_bleu(caption), rouge.push_back(rouge_l(caption));
  const auto scores = bleu(all);
  EXPECT_NEAR(scores[0], 0.6013781187917564, 1e-12);
  EXPECT_NEAR(scores[1], 0.5249258572563724, 1e-12);
  EXPECT_NEAR(scores[2], 0.36176385259426863, 1e-12);
  EXPECT_NEAR(scores[3], 5.7388312709586944e-05, 1e-12);
  EXPECT_NEAR(numpy_mean(rouge), 0.3993468519784309, 1e-12);
  EXPECT_NEAR(cider(kCaptions, CiderKind::kCiderD).corpus, 1.444960713723965, 1e-12);
}

TEST(CaptionFixture, ReproducesEveryPicture) {
  ASSAY_NEEDS_SHARED("fixtures/captions");
  const auto folder = testing::shared_root() / "fixtures/captions";
  std::vector<Caption> captions;
  const auto candidates = read_file(folder / "nlg-eval/hyp.txt"), first = read_file(folder / "nlg-eval/ref1.txt"), second = read_file(folder / "nlg-eval/ref2.txt");
  for (std::size_t i = 0; i < 2; ++i) {
    const auto line = [i](const std::string& text) { return std::string(python::split(text, "\n")[i]); };
    captions.push_back({line(candidates), {line(first), line(second)}});
  }
  const auto document = json::parse_file(folder / "EXPECTED.json");
  const auto& expected = document["nlg-eval"]["per_item"];
  const auto each = cider(captions, CiderKind::kCiderD).each;
  for (rapidjson::SizeType i = 0; i < 2; ++i) {
    const auto scores = bleu(count_for_bleu(captions[i]));
    for (rapidjson::SizeType k = 0; k < 4; ++k) EXPECT_NEAR(scores[k], expected["Bleu"][k][i].GetDouble(), 1e-12);
    EXPECT_NEAR(each[i], expected["CIDEr"][i].GetDouble(), 1e-12);
    EXPECT_NEAR(rouge_l(captions[i]), expected["ROUGE_L"][i].GetDouble(), 1e-12);
  }
}

}  // namespace
}  // namespace assay
