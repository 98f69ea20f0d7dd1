#include "harness/likelihood.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace assay {
namespace {

Sample question(const std::string& answer) {
  Sample sample;
  sample.options = {{"A", "red"}, {"B", "blue"}, {"C", "green"}};
  if (!answer.empty()) sample.references = {answer};
  return sample;
}

Generation ranked(std::vector<double> log_probabilities) {
  Generation generation;
  generation.option_log_probabilities = std::move(log_probabilities);
  return generation;
}

TEST(RankOptions, AsksForLettersBesideTheReply) {
  Request request;
  rank_options(question("B"), request);
  EXPECT_EQ(request.options, (std::vector<std::string>{"A", "B", "C"}));
  EXPECT_TRUE(request.writes_too);
  Request open;
  rank_options(Sample{}, open);
  EXPECT_TRUE(open.options.empty());
}

TEST(LikeliestOption, IsRightByLetterOrByText) {
  const auto by_letter = likeliest_option(question("B"), ranked({-3, -1, -2}));
  EXPECT_EQ(by_letter.letter, "B");
  EXPECT_TRUE(by_letter.is_right);
  EXPECT_TRUE(likeliest_option(question("blue"), ranked({-3, -1, -2})).is_right);
  EXPECT_FALSE(likeliest_option(question("C"), ranked({-3, -1, -2})).is_right);
  EXPECT_EQ(likeliest_option(question("A"), ranked({-1, -1, -2})).letter, "A") << "the first of equals";
  EXPECT_FALSE(likeliest_option(question(""), ranked({-3, -1, -2})).has_label);
}

TEST(LikeliestOption, IsNoneWhereNothingWasRanked) {
  EXPECT_TRUE(likeliest_option(question("A"), ranked({})).letter.empty());
  EXPECT_TRUE(likeliest_option(question("A"), ranked({-1, -2})).letter.empty()) << "likelihoods of another number of options";
}

TEST(AddLikelihoodMetrics, CountsRightOnesAndThoseThatAgreeWithTheReply) {
  ScoredBenchmark benchmark;
  for (const char* answer : {"A", "B", "", "A"}) {
    SampleRecord sample;
    sample.cluster = std::string("picture ") + std::to_string(benchmark.samples.size());
    sample.answer = answer;
    benchmark.samples.push_back(sample);
  }
  add_likelihood_metrics(benchmark, {{"A", true, true}, {"A", false, true}, {"C", true, true}, {}});
  ASSERT_EQ(benchmark.result.metrics.size(), 2U);
  const auto &accuracy = benchmark.result.metrics[0], &agreement = benchmark.result.metrics[1];
  EXPECT_EQ(accuracy.name, "likelihood.accuracy");
  EXPECT_EQ(accuracy.count, 3);
  EXPECT_DOUBLE_EQ(accuracy.value, 2.0 / 3 * 100);
  EXPECT_EQ(agreement.name, "likelihood.agreement");
  EXPECT_DOUBLE_EQ(agreement.value, 1.0 / 3 * 100);
  ScoredBenchmark plain;
  plain.samples.resize(2);
  add_likelihood_metrics(plain, {{}, {}});
  EXPECT_TRUE(plain.result.metrics.empty());
}

}  // namespace
}  // namespace assay
