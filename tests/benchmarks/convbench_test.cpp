#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "benchmarks/catalog.h"
#include "benchmarks/judge.h"
#include "benchmarks/xlsx.h"
#include "harness/base/error.h"
#include "harness/base/json.h"
#include "tests/benchmarks/scoring.h"
#include "tests/shared_files.h"

namespace assay {
namespace {

using testing::metrics_of;
using testing::text_of;
using testing::value_of;
using ::testing::HasSubstr;

std::string dialogue(const char* first, const char* overall, int position) {
  return fmt::format(R"({{"first_turn_evaluation": "{0}", "second_turn_evaluation": "{0}", "third_turn_evaluation": "{0}", "overall_evalaution": "{1}", "position": {2}}})", first,
                     overall, position) + "\n";
}
TEST(ConvBench, CountsWinsOnTheSideThatTheModelTook) {
  const auto convbench = make_benchmark("convbench");
  const testing::TemporaryFile file("c.jsonl", dialogue("Overall, Response A is better.", "Rating: B", 0) + dialogue("RESPONSE B IS BETTER", "no idea", 1));
  const auto metrics = metrics_of(*convbench, convbench->read_predictions(file.path(), nullptr));
  EXPECT_EQ(value_of(metrics, "first_turn.win_rate"), 2.0 / 577);
  EXPECT_EQ(value_of(metrics, "overall.win_rate"), 0);
  EXPECT_EQ(metrics.front().count, 2);
}
TEST(ConvBench, WantsToKnowTheSide) {
  const testing::TemporaryFile file("c.jsonl", R"({"first_turn_evaluation": "", "second_turn_evaluation": "", "third_turn_evaluation": "", "overall_evalaution": ""})");
  EXPECT_THAT(testing::message_of<DataError>([&] { (void)make_benchmark("convbench")->read_predictions(file.path(), nullptr); }), HasSubstr("which side the model took"));
}

/// The authors' table of two dialogues, with its picture folder's name and the sides.
void write_convbench(const testing::TemporaryFolder& folder) {
  const auto row = [](const std::string& n) {
    return std::vector<XlsxCell>{n + ".png", "Describe " + n + ".", "Why " + n + "?", "Sing of " + n + "."};
  };
  const std::vector<XlsxCell> header = {std::string("image_id"), std::string("The_first_turn_instruction"), std::string("The_second_turn_instruction"), std::string("The_third_turn_instruction")};
  folder.write("ConvBench.xlsx", xlsx_file({header, row("a"), row("b")}));
  folder.write("visit_bench_images/a.png", "not looked at");
  folder.write("ConvBenchEval/pairwise_positions.json", R"({"positions": [0, 1]})");
}
TEST(ConvBench, AsksThreeTurnsOnOnePicture) {
  const testing::TemporaryFolder folder;
  write_convbench(folder);
  const auto convbench = make_benchmark("convbench");
  const auto data = convbench->open({{folder.path()}});
  ASSERT_EQ(data->size(), 2u);
  EXPECT_EQ(data->get(0).images.at(0).path, folder / "visit_bench_images/a.png");
  const auto question = convbench->ask(data->get(1), "vlmevalkit");
  EXPECT_EQ(text_of(question), "Describe b.");
  ASSERT_EQ(question.later_turns.size(), 2u);
  EXPECT_EQ(question.later_turns[1].parts.at(0).text, "Sing of b.");
  Reply reply{data->get(1), "La la."};
  reply.earlier = {"A b.", "So."};
  EXPECT_EQ(convbench->submission(std::vector{reply})->content, "{\"id\":\"2\",\"first_turn_answer\":\"A b.\",\"second_turn_answer\":\"So.\",\"third_turn_answer\":\"La la.\"}\n");
  std::vector<Reply> replies = {reply};
  const std::string lost = "Overall, Response A is better.", won = "Overall, Response B is better.";
  ask_judge(*make_recorded_judge({{"2", {won, lost, lost, won}}}), *convbench, "official", replies);
  EXPECT_EQ(convbench->score(replies[0], "official").answer, "WLLW");
}
TEST(ConvBench, SaysWhatItsTableLacks) {
  const testing::TemporaryFolder folder;
  write_convbench(folder);
  folder.write("ConvBenchEval/pairwise_positions.json", R"({"positions": [0]})");
  EXPECT_THAT(testing::message_of<DataError>([&] { (void)make_benchmark("convbench")->open({{folder.path()}}); }), HasSubstr("1 positions for 2 dialogues"));
  folder.write("ConvBench.xlsx", xlsx_file({{std::string("image_id"), std::string("The_first_turn_instruction")}, {std::string("a.png"), std::string("x")}}));
  EXPECT_THAT(testing::message_of<DataError>([&] { (void)make_benchmark("convbench")->open({{folder.path()}}); }), HasSubstr("no column \"The_second_turn_instruction\""));
}
TEST(ConvBenchFixture, ReproducesTheScoreRule) {
  ASSAY_NEEDS_SHARED("fixtures/convbench");
  const auto folder = testing::shared_root() / "fixtures/convbench";
  const auto convbench = make_benchmark("convbench");
  const auto data = convbench->open({{folder}});
  const auto document = json::parse_file(folder / "EXPECTED.json");
  const auto& expected = document["score_rule"];
  ASSERT_EQ(data->size(), expected["rows_looped"].GetUint());
  for (const auto& [letter, name] : {std::pair{"A", "all_replies_A"}, {"B", "all_replies_B"}}) {
    std::string lines;
    for (std::size_t i = 0; i < data->size(); ++i) {
      lines += fmt::format(R"({{"id": {1}, "first_turn_evaluation": "{0}", "second_turn_evaluation": "{0}", "third_turn_evaluation": "{0}", "overall_evalaution": "{0}"}})",
                           fmt::format("Overall, Response {} is better.", letter), i + 1) + "\n";
    }
    const testing::TemporaryFile file("c.jsonl", lines);
    const auto metrics = metrics_of(*convbench, convbench->read_predictions(file.path(), data.get()));
    for (const char* part : {"first_turn", "second_turn", "third_turn", "overall"}) {
      EXPECT_NEAR(value_of(metrics, std::string(part) + ".win_rate"), expected[name].GetDouble(), 1e-12) << part;
    }
  }
}

}  // namespace
}  // namespace assay
