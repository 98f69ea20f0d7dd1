#include "harness/likelihood.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <map>

#include "tests/harness/fake_run.h"
#include "tests/temporary_folder.h"

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

TEST(RankOptions, LeavesWhatIsRankedAnyway) {
  Request request;
  request.options = {"red", "blue", "green"};
  rank_options(question("B"), request);
  EXPECT_EQ(request.options.front(), "red");
  EXPECT_FALSE(request.writes_too);
  auto texts = ranked({-3, -1, -2});
  texts.finish = Finish::kRanked;
  EXPECT_TRUE(likeliest_option(question("B"), texts).letter.empty());
}

/// The authors' way to ask SEED-Bench, through plan, loop, journal and scores, with a model that finds the longest text likeliest a token.
TEST(RankedTexts, BecomeLettersInTheJournalAndCount) {
  const testing::TemporaryFolder folder;
  folder.write("data/SEED-Bench.json", R"({"questions": [
    {"question_id": "1", "question": "Which?", "choice_a": "a", "choice_b": "bbb", "choice_c": "cc", "choice_d": "d", "answer": "B", "data_id": "1.png", "data_type": "image", "question_type_id": 1},
    {"question_id": "2", "question": "Which?", "choice_a": "a", "choice_b": "b", "choice_c": "cc", "choice_d": "ddd", "answer": "A", "data_id": "1.png", "data_type": "image", "question_type_id": 1}
  ], "question_type": {}})");
  std::filesystem::create_directories(folder / "run");
  RunConfig config;
  config.task.benchmarks = {"seed_bench"};
  config.task.prompt_profile = "official";
  const Plan plan = make_plan(config, benchmark_catalog(), {{folder / "data"}});
  testing::FakeBehaviour behaviour;
  behaviour.answer = [](const Request& request) -> Result<Generation> {
    Generation generation;
    EXPECT_TRUE(request.ranks_per_token && !request.writes_too);
    for (const auto& option : request.options) generation.option_log_probabilities.push_back(-1.0), generation.option_token_counts.push_back(static_cast<std::int64_t>(option.size()));
    generation.reply = *std::ranges::max_element(request.options, {}, &std::string::size);
    generation.finish = Finish::kRanked;
    return generation;
  };
  EXPECT_EQ(testing::start_run(folder / "run", plan, behaviour).end, LoopOutcome::End::kFinished);
  JournalFiles journals(folder / "run");
  std::map<std::string, std::string> replies;
  journals.for_each([&](const JournalRecord& record, RecordPlace) {
    replies[record.id] = record.generation->reply;
    EXPECT_EQ(record.generation->option_token_counts.size(), 4U);
  });
  EXPECT_EQ(replies, (std::map<std::string, std::string>{{"1", "B"}, {"2", "D"}}));
  const auto results = compute_results(plan, read_state(plan, journals), journals);
  const auto& metrics = results.benchmarks.front().result.metrics;
  EXPECT_EQ(metrics.front().name, "accuracy");
  EXPECT_EQ(metrics.front().value, 50);
  EXPECT_TRUE(std::ranges::none_of(metrics, [](const Metric& metric) { return metric.name.starts_with("likelihood"); }));
  config.task.prompt_profile = "vlmevalkit";
  EXPECT_NE(make_plan(config, benchmark_catalog(), {{folder / "data"}}).benchmarks[0].samples[0].content_key, plan.benchmarks[0].samples[0].content_key);
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
