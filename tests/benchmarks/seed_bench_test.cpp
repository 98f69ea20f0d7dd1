#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "benchmarks/catalog.h"
#include "harness/base/error.h"
#include "harness/base/json.h"
#include "tests/benchmarks/fake_source.h"
#include "tests/benchmarks/scoring.h"
#include "tests/shared_files.h"

namespace assay {
namespace {

using testing::metrics_of;
using testing::value_of;
using ::testing::HasSubstr;

std::vector<Sample> questions(int count) {
  const char* dimensions[] = {"Scene Understanding", "Instances Counting"};
  std::vector<Sample> samples;
  for (int i = 0; i < count; ++i) {
    Sample sample;
    sample.id = std::to_string(i);
    sample.category = dimensions[i % 2];
    sample.options = {{"A", "one"}, {"B", "two"}, {"C", "three"}, {"D", "four"}};
    sample.references = {std::string(1, static_cast<char>('A' + (i / 2) % 4))};
    samples.push_back(sample);
  }
  return samples;
}

template <typename Answer>
std::vector<Reply> replies_to(int count, Answer answer) {
  std::vector<Reply> replies;
  for (auto& sample : questions(count)) {
    const std::string text = answer(sample);
    replies.push_back({std::move(sample), text});
  }
  return replies;
}

TEST(SeedBench, OracleAndConstant) {
  const auto seed = make_benchmark("seed_bench");
  for (const auto& [profile, scale] : {std::pair{"official", 100.0}, {"vlmevalkit", 1.0}, {"lmms-eval", 1.0}, {"internvl", 100.0}}) {
    const auto oracle = metrics_of(*seed, replies_to(16, [](const Sample& sample) { return sample.references.front(); }), profile);
    EXPECT_EQ(value_of(oracle, "accuracy"), scale);
    EXPECT_EQ(value_of(oracle, "scene_understanding.accuracy"), scale);
    EXPECT_EQ(testing::find_metric(oracle, "video.accuracy"), nullptr);
    const auto constant = metrics_of(*seed, replies_to(16, [](const Sample&) { return "C"; }), profile);
    EXPECT_EQ(value_of(constant, "accuracy"), scale / 4);
    EXPECT_EQ(value_of(constant, "instances_counting.accuracy"), scale / 4);
  }
}
TEST(SeedBench, ProfilesReadDifferently) {
  const auto seed = make_benchmark("seed_bench");
  Reply reply{questions(1).front(), ""};
  const auto score = [&](std::string text, const char* profile) {
    reply.text = std::move(text);
    return seed->score(reply, profile);
  };
  EXPECT_EQ(score("A. one", "official").state, SampleState::kUnparsed);
  EXPECT_EQ(score("A. one", "vlmevalkit").value, 1);
  EXPECT_EQ(score("a", "lmms-eval").value, 1);
  EXPECT_EQ(score("a", "internvl").value, 0);
  EXPECT_EQ(score("one", "vlmevalkit").value, 1);
  EXPECT_EQ(score("Answer: B", "internvl").value, 1);  // the first letter, whatever the word
  EXPECT_EQ(score("", "internvl").state, SampleState::kEmpty);
}
TEST(SeedBench, RanksTextsBehindTheBareQuestion) {
  const auto seed = make_benchmark("seed_bench");
  Sample sample = questions(1).front();
  sample.question = "How many?";
  const auto question = seed->ask(sample, "official");
  EXPECT_EQ(question.prompt.turns.at(0).parts.back().text, "Question: How many?\nAnswer:");
  ASSERT_EQ(question.ranked.size(), 4u);
  EXPECT_EQ(question.ranked[2].letter + question.ranked[2].text, "Cthree");
  EXPECT_TRUE(seed->ask(sample, "llava").ranked.empty());
  sample.options[1].text.clear();
  EXPECT_THAT(testing::message_of<DataError>([&] { (void)seed->ask(sample, "official"); }), HasSubstr("0: ranking takes two options or more, each with a text"));
}
TEST(SeedBench, LeavesOutVideosAgainstTheData) {
  const auto seed = make_benchmark("seed_bench");
  const testing::FakeSource data(questions(2));
  const testing::TemporaryFile file("seed.json", "{\"question_id\": \"0\", \"prediction\": \"A\"},\n{\"question_id\": \"1\", \"prediction\": \"B\"},\n"
                                                 "{\"question_id\": \"v7\", \"prediction\": \"B\"}");
  EXPECT_EQ(value_of(metrics_of(*seed, seed->read_predictions(file.path(), &data)), "accuracy"), 50);
  EXPECT_THAT(testing::message_of<DataError>([&] { (void)seed->read_predictions(file.path(), nullptr); }), HasSubstr("no label in the row"));
}
TEST(SeedBench, AsksTheVideosOnOneFrame) {
  const testing::TemporaryFolder folder;
  const auto question = [](const char* id, const char* type, int dimension) {
    return fmt::format("{{\"question_id\": \"{0}\", \"question\": \"Which?\", \"choice_a\": \"w\", \"choice_b\": \"x\", \"choice_c\": \"y\", \"choice_d\": \"z\", "
                       "\"answer\": \"B\", \"data_id\": \"{0}_data\", \"data_type\": \"{1}\", \"question_type_id\": {2}}}", id, type, dimension);
  };
  folder.write("SEED-Bench.json", fmt::format("{{\"questions\": [{}, {}], \"question_type\": {{}}}}", question("1", "image", 1), question("v2", "video", 10)));
  folder.write("SEED-Bench-video-image/v2_data.png", "x");
  const DataPlaces places{{folder.path()}};
  EXPECT_EQ(make_benchmark("seed_bench")->open(places)->size(), 1u);
  const auto all = make_benchmark("seed_bench_all");
  const auto data = all->open(places);
  ASSERT_EQ(data->size(), 2u);
  EXPECT_EQ(data->get(1).images.at(0).path, folder / "SEED-Bench-video-image/v2_data.png");
  const auto path = folder.write("a.jsonl", "{\"question_id\": 1, \"text\": \"B\"}\n{\"question_id\": \"v2\", \"text\": \"B\\n\"}\n");
  const auto replies = all->read_predictions(path, data.get());
  EXPECT_EQ(value_of(metrics_of(*all, replies), "accuracy"), 100);
  const auto metrics = metrics_of(*all, replies, "llava");  // compares the text as it stands
  EXPECT_EQ(value_of(metrics, "accuracy"), 50);
  EXPECT_EQ(value_of(metrics, "video.accuracy"), 0);
  EXPECT_EQ(value_of(metrics, "action_recognition.accuracy"), 0);
}
TEST(SeedBench, WritesTheLeaderboardsLines) {
  const auto submission = make_benchmark("seed_bench")->submission(replies_to(2, [](const Sample&) { return "B"; }));
  EXPECT_EQ(submission->content, "{\"question_id\":\"0\",\"prediction\":\"B\"}\n{\"question_id\":\"1\",\"prediction\":\"B\"}\n");
}

TEST(SeedBenchFixture, CountsTheLinesOfGpt4v) {
  ASSAY_NEEDS_SHARED("fixtures/seed_bench/EXPECTED.json");
  const auto root = testing::shared_root() / "fixtures/seed_bench";
  const auto document = json::parse_file(root / "EXPECTED.json");
  const auto& expected = document["gpt4v_SEED1_lines"];
  const auto seed = make_benchmark("seed_bench");
  const auto replies = seed->read_predictions(root / "GPT-4V_SEED-Bench-1.json", nullptr);
  EXPECT_EQ(replies.size(), expected["lines"].GetUint64());
  const auto metrics = metrics_of(*seed, replies);
  EXPECT_EQ(metrics.front().count, expected["lines"].GetInt64());
  EXPECT_EQ(value_of(metrics, "accuracy"), expected["correct_lines"].GetDouble() / expected["lines"].GetDouble() * 100);
  const auto *image = testing::find_metric(metrics, "image.accuracy"), *video = testing::find_metric(metrics, "video.accuracy");
  ASSERT_TRUE(image != nullptr && video != nullptr);
  EXPECT_EQ(image->count + video->count, metrics.front().count);
}

}  // namespace
}  // namespace assay
