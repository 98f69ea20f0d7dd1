#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <map>

#include "benchmarks/summary.h"
#include "datasets/pandas_types.h"
#include "harness/base/json.h"
#include "tests/harness/child_process.h"
#include "tests/shared_files.h"
#include "tests/temporary_folder.h"

/// `assay score --bench X --predictions FILE` from end to end, on the real files beside the project and on golden tables written out as files.
namespace assay {
namespace {

using testing::TemporaryFolder;
using ::testing::HasSubstr;

/// What the program printed: one scored file under one profile.
class Scored {
 public:
  Scored(const std::string& bench, const std::filesystem::path& file, const std::string& profile, const std::vector<std::string>& more = {}) {
    std::vector<std::string> command = {testing::assay_binary(), "score", "--bench", bench, "--predictions", file.string(), "--profile", profile, "--format", "json"};
    command.insert(command.end(), more.begin(), more.end());
    const auto ended = testing::run_child(command);
    EXPECT_EQ(ended.exit_code, 0) << ended.err;
    document_ = json::parse(ended.exit_code == 0 ? ended.out : "{\"results\": [{\"metrics\": [], \"states\": {}}]}", "stdout");
  }
  [[nodiscard]] const json::Value& metric(const std::string& name) const {
    for (const auto& metric : document_["results"][0]["metrics"].GetArray()) {
      if (metric["name"].GetString() == name) return metric;
    }
    ADD_FAILURE() << "no metric " << name;
    static const json::Document none = json::parse("{\"value\": -1, \"count\": -1}", "none");
    return none;
  }
  [[nodiscard]] double value(const std::string& name) const { return metric(name)["value"].GetDouble(); }
  [[nodiscard]] std::int64_t count(const std::string& name) const { return metric(name)["count"].GetInt64(); }
  [[nodiscard]] int state(const char* name) const { return document_["results"][0]["states"][name].GetInt(); }

 private:
  json::Document document_;
};

std::filesystem::path fixture(const std::string& name) { return testing::shared_root() / "fixtures" / name; }

TEST(ScoreFixtures, Pope) {
  ASSAY_NEEDS_SHARED("fixtures/pope/EXPECTED.json");
  const auto expected = json::parse_file(fixture("pope/EXPECTED.json"));
  const auto& runs = expected["haoming_llava-v1.5-7b POPE_results.txt (partial file, 5712 rows; only adversarial and random)"];
  const Scored scored("pope", fixture("pope/llava-v1.5-7b_partial.jsonl"), "llava", {"--partial", "--data-dir", fixture("pope/coco_e3e39262").string()});
  for (const auto& [category, key] : {std::pair{"adversarial", "adversarial"}, {"random", "random(2712)"}}) {
    for (const char* count : {"TP", "FP", "TN", "FN"}) EXPECT_EQ(scored.value(fmt::format("{}.{}", category, snake_case(count))), runs[key][count].GetDouble());
    EXPECT_NEAR(scored.value(fmt::format("{}.f1", category)), runs[key]["f1"].GetDouble(), 1e-12);
  }
}
TEST(ScoreFixtures, HallusionBench) {
  ASSAY_NEEDS_SHARED("fixtures/hallusionbench/EXPECTED.json");
  const auto expected = json::parse_file(fixture("hallusionbench/EXPECTED.json"));
  const auto& run = expected["result_sample(254 predictions joined with gt_answer of HallusionBench.json)"];
  const std::vector<std::string> more = {"--partial", "--data-dir", fixture("hallusionbench").string()};
  const auto file = fixture("hallusionbench/HallusionBench_result_sample.json");
  const Scored official("hallusion_bench", file, "official", more), kit("hallusion_bench", file, "vlmevalkit", more);
  for (const char* name : {"aAcc", "fAcc", "qAcc"}) {
    const auto& counts = run["official_utils_all_questions"]["Overall"][name];
    EXPECT_EQ(official.count(snake_case(name)), counts[1].GetInt64());
    EXPECT_NEAR(official.value(snake_case(name)), 100 * counts[0].GetDouble() / counts[1].GetDouble(), 1e-12);
    EXPECT_NEAR(kit.value(snake_case(name)), run["vlmevalkit_Hallusion_rating_image_only"]["Overall"][name].GetDouble(), 1e-12);
  }
}
TEST(ScoreFixtures, MmmuAnswersAlreadyRead) {
  ASSAY_NEEDS_SHARED("fixtures/mmmu/EXPECTED.json");
  const auto expected = json::parse_file(fixture("mmmu/EXPECTED.json"));
  const Scored scored("mmmu_val", fixture("mmmu/example_outputs/llava1.5_13b/total_val_output.json"), "official", {"--data-dir", fixture("mmmu").string()});
  const auto& table = expected["eval_only"]["llava1.5_13b/total_val_output.json"];
  EXPECT_EQ(scored.value("accuracy"), table["Overall"]["acc"].GetDouble());
  EXPECT_EQ(scored.value("tech_and_engineering.accuracy"), table["Overall-Tech and Engineering"]["acc"].GetDouble());
}
/// The run's two draws are put beside its replies, as the official script leaves them.
TEST(ScoreFixtures, MmmuReplies) {
  ASSAY_NEEDS_SHARED("fixtures/mmmu/EXPECTED.json");
  const auto expected = json::parse_file(fixture("mmmu/EXPECTED.json"));
  const auto& run = expected["parse_and_eval"]["llava1.5_13b"];
  const Scored without("mmmu_val", fixture("mmmu/example_outputs/llava1.5_13b"), "official");
  EXPECT_EQ(without.state("unparsed"), static_cast<int>(run["random_fallback_in_order"].Size()));
  const TemporaryFolder folder;
  std::map<std::string, std::string> draws;
  for (const auto& draw : run["random_fallback_in_order"].GetArray()) draws[draw[0].GetString()] = draw[1].GetString();
  for (const auto& subject : run["categories"].GetObject()) {
    auto replies = json::parse_file(fixture("mmmu/example_outputs/llava1.5_13b") / subject.name.GetString() / "output.json");
    for (auto& reply : replies.GetArray()) {
      const auto draw = draws.find(reply["id"].GetString());
      if (draw != draws.end()) reply.AddMember("parsed_pred", json::string_value(draw->second, replies.GetAllocator()), replies.GetAllocator());
    }
    folder.write(std::filesystem::path(subject.name.GetString()) / "output.json", json::dump(replies));
  }
  const Scored scored("mmmu_val", folder.path(), "official");
  EXPECT_NEAR(scored.value("accuracy"), run["overall_acc"].GetDouble(), 1e-12);
  for (const auto& domain : run["domains"].GetObject()) {
    EXPECT_NEAR(scored.value(snake_case(domain.name.GetString()) + ".accuracy"), domain.value["acc"].GetDouble(), 1e-12);
  }
}

std::string quoted(std::string_view text) {
  json::Document document;
  const auto value = json::string_value(text, document.GetAllocator());
  return json::dump(value);
}

/// Every row of the yes and no table as replies to POPE, each labelled with what the rule must read (with yes where it must read neither).
void expect_yes_no(const char* bench, const char* profile, const std::function<std::string(const json::Value&)>& expected, double scale) {
  const auto golden = json::parse_file(fixture("yes_no/yes_no_golden.json"));
  std::string lines;
  int readable = 0, number = 0;
  for (const auto& row : golden.GetArray()) {
    const std::string answer = expected(row);
    readable += answer.empty() ? 0 : 1;
    lines += fmt::format("{{\"id\": \"VS_map_1_{0}_1_1\", \"category\": \"random\", \"label\": \"{1}\", \"reply\": {2}}}\n", number++,
                         answer == "no" ? "No" : "Yes", quoted(json::text_of(row["text"])));
  }
  const TemporaryFolder folder;
  const Scored scored(bench, folder.write("replies.jsonl", lines), profile);
  const bool is_pope = std::string_view(bench) == "pope";
  EXPECT_NEAR(scored.value(is_pope ? "random.accuracy" : "aacc"), scale * readable / number, 1e-12) << bench << " " << profile;
}
std::string as_said(const json::Value& row, const char* column, std::string_view yes, std::string_view no) {
  const auto said = json::text_of(row[column]);
  return said == yes ? "yes" : said == no ? "no" : "";
}
TEST(ScoreFixtures, YesNo) {
  ASSAY_NEEDS_SHARED("fixtures/yes_no/yes_no_golden.json");
  const auto column = [](const char* name, const char* yes, const char* no) {
    return [=](const json::Value& row) { return as_said(row, name, yes, no); };
  };
  for (const char* profile : {"official", "llava", "internvl"}) expect_yes_no("pope", profile, column("pope_official", "yes", "no"), 1);
  expect_yes_no("pope", "vlmevalkit", column("vlmevalkit_YOrN", "Yes", "No"), 100);
  expect_yes_no("pope", "lmms-eval", column("lmms_pope_pred", "yes", "no"), 1);
  expect_yes_no("pope", "xcomposer", column("xcomposer2_pope(out==\"no\")", "yes", "no"), 1);
  expect_yes_no("hallusion_bench", "vlmevalkit", column("vlmevalkit_YOrN", "Yes", "No"), 100);
  expect_yes_no("hallusion_bench", "xcomposer", column("xcomposer2_hallusion(yes substring)", "1", "0"), 1);
}

/// Every row of the option table as replies to a benchmark, each labelled with the letter that the rule must read, or with one that no rule reads.
void expect_letters(const char* bench, const char* profile, const char* column, double scale = 1) {
  const auto golden = json::parse_file(fixture("option_matching/option_matching_golden.json"));
  std::string lines;
  int number = 0, readable = 0;
  for (const auto& row : golden["rows"].GetArray()) {
    const auto& said = row[column];
    const std::string letter = said.IsString() ? std::string(json::text_of(said)) : "";
    const bool comes_back = profile != std::string_view("vlmevalkit") || !is_pandas_na(json::text_of(row["text"]));  // its spreadsheet loses "None"
    const bool is_letter = comes_back && letter.size() == 1 && letter[0] >= 'A' && letter[0] <= 'Z';
    readable += is_letter ? 1 : 0;
    std::string options;
    for (const auto& option : golden["choice_sets"][row["choices"].GetString()].GetObject()) {
      options += fmt::format(", \"{}\": {}", option.name.GetString(), quoted(json::text_of(option.value)));
    }
    lines += fmt::format("{{\"id\": \"validation_Music_{}\", \"question_type\": \"multiple-choice\", \"label\": \"{}\"{}, \"reply\": {}}}\n", number++,
                         is_letter ? letter : "Q", options, quoted(json::text_of(row["text"])));
  }
  const TemporaryFolder folder;
  const Scored scored(bench, folder.write("replies.jsonl", lines), profile);
  EXPECT_EQ(scored.count("accuracy"), number);
  EXPECT_NEAR(scored.value("accuracy"), scale * readable / number, 1e-12) << bench << " " << profile;
}
TEST(ScoreFixtures, OptionMatching) {
  ASSAY_NEEDS_SHARED("fixtures/option_matching/option_matching_golden.json");
  for (const char* bench : {"ai2d_test", "realworldqa", "q_bench_dev"}) expect_letters(bench, "official", "vlmevalkit_can_infer");
  for (const char* bench : {"ai2d_test", "mmstar", "realworldqa", "q_bench_dev", "mmmu_val", "seed_bench_all"}) expect_letters(bench, "vlmevalkit", "vlmevalkit_can_infer");
  for (const char* bench : {"mmstar", "realworldqa"}) expect_letters(bench, "lmms-eval", "lmms_mcq_extract");
  expect_letters("mmmu_val", "official", "mmmu_official_parse");
  for (const char* bench : {"mmmu_val", "q_bench_dev"}) expect_letters(bench, "lmms-eval", "lmms_mmmu_parse");
  for (const char* bench : {"mmmu_val", "q_bench_dev"}) expect_letters(bench, "internvl", "internvl_post_process");
  expect_letters("seed_bench", "internvl", "seed_first_char", 100);
  for (const char* bench : {"ai2d_test", "q_bench_dev", "mmmu_val"}) expect_letters(bench, "xcomposer", "xcomposer2_regex_[A-Z]_first");
}

TEST(Score, SaysWhatIsWrongWithAPredictionFile) {
  using namespace std::string_view_literals;
  const TemporaryFolder folder;
  const auto error = [&](const char* bench, const char* name, std::string_view content) {
    const auto ended = testing::run_child({testing::assay_binary(), "score", "--bench", bench, "--predictions", folder.write(name, content).string(), "--data-dir",
                                           folder.write("data/coco_pope_random.json", "{\"question_id\": 1, \"image\": \"a\", \"text\": \"Is it?\", \"label\": \"no\"}\n").parent_path().string()});
    EXPECT_EQ(ended.exit_code, 3) << name;
    EXPECT_THAT(ended.out, ::testing::IsEmpty());
    return ended.err;
  };
  EXPECT_THAT(error("pope", "empty.jsonl", ""), HasSubstr("empty.jsonl"));
  EXPECT_THAT(error("pope", "columns.tsv", "index\tquestion\n1\tq\n"), HasSubstr("expected a column \"prediction\""));
  EXPECT_THAT(error("pope", "twice.jsonl", "{\"id\": \"random/1\", \"reply\": \"no\"}\n{\"id\": \"random/1\", \"reply\": \"no\"}\n"), HasSubstr("1 ids that come more than once: random/1"));
  EXPECT_THAT(error("pope", "utf8.jsonl", "{\"id\": \"random/1\", \"reply\": \"\xFF\"}\n"), HasSubstr("utf8.jsonl: line 1: the text is not UTF-8"));
  EXPECT_THAT(error("pope", "nul.jsonl", "{\"id\": \"random/1\", \0\"reply\": \"no\"}\n"sv), HasSubstr("nul.jsonl:1"));
  EXPECT_THAT(error("pope", "cut.json", "[{\"id\": \"random/1\", \"reply\""), HasSubstr("cut.json"));
  EXPECT_THAT(error("pope", "other.jsonl", "{\"id\": \"random/9\", \"reply\": \"no\"}\n"), HasSubstr("1 ids that the data does not have: random/9"));
}
TEST(Score, ReadsByteOrderMarksCarriageReturnsAndTabs) {
  const TemporaryFolder folder;
  folder.write("coco_pope_random.json", "{\"question_id\": 1, \"image\": \"a\", \"text\": \"Is it?\", \"label\": \"no\"}\n");
  const auto path = folder.write("a.jsonl", "\xEF\xBB\xBF{\"id\": \"random/1\", \"reply\": \"no\\tit is not\"}\r\n\r\n");
  EXPECT_EQ(Scored("pope", path, "vlmevalkit", {"--data-dir", folder.path().string()}).value("accuracy"), 100);
}

}  // namespace
}  // namespace assay
