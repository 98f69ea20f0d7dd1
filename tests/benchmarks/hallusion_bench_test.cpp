#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "benchmarks/catalog.h"
#include "benchmarks/hallusion_key.h"
#include "benchmarks/prediction_file.h"
#include "benchmarks/summary.h"
#include "datasets/hallusion_json.h"
#include "harness/base/error.h"
#include "harness/base/json.h"
#include "metrics/python_text.h"
#include "tests/benchmarks/fake_source.h"
#include "tests/benchmarks/scoring.h"
#include "tests/shared_files.h"

namespace assay {
namespace {

using testing::find_metric;
using testing::message_of;
using testing::metrics_of;
using testing::TemporaryFolder;
using testing::value_of;
using ::testing::HasSubstr;

std::string entry(const char* category, const char* sub, int visual, int set, int figure, int question, int label) {
  return fmt::format("{{\"category\": \"{}\", \"subcategory\": \"{}\", \"visual_input\": \"{}\", \"set_id\": \"{}\", \"figure_id\": \"{}\", \"question_id\": \"{}\", "
                     "\"question\": \"Is it?\", \"gt_answer\": \"{}\", \"filename\": {}}}",
                     category, sub, visual, set, figure, question, label, visual == 0 ? "null" : fmt::format("\"./{}/{}/{}_{}.png\"", category, sub, set, figure));
}

/// One set of each kind: VD with an original and an edited figure, VS with none, an original and an edited one; two questions each.
std::string small_set() {
  std::string list;
  for (int question = 0; question < 2; ++question) {
    for (const auto& one : {entry("VD", "ocr", 1, 0, 0, question, 1), entry("VD", "ocr", 2, 0, 1, question, 0), entry("VS", "ocr", 0, 0, 0, question, 1),
                            entry("VS", "ocr", 1, 0, 1, question, 1), entry("VS", "ocr", 2, 0, 2, question, 0)}) {
      list += (list.empty() ? "[" : ",\n") + one;
    }
  }
  return list + "]";
}

std::vector<Reply> replies_to(const SampleSource& data, const std::function<std::string(const Sample&)>& answer) {
  std::vector<Reply> replies;
  for (std::size_t i = 0; i < data.size(); ++i) {
    Sample sample = data.get(i);
    const std::string text = answer(sample);
    replies.push_back({std::move(sample), text});
  }
  return replies;
}

class SmallSet {
 public:
  SmallSet() : data_(open_hallusion_json(folder_.write("HallusionBench.json", small_set()))) {}
  [[nodiscard]] const SampleSource& data() const { return *data_; }
  [[nodiscard]] const TemporaryFolder& folder() const { return folder_; }

 private:
  TemporaryFolder folder_;
  std::unique_ptr<SampleSource> data_;
};

TEST(HallusionBench, OracleAndAlwaysYes) {
  const SmallSet set;
  const auto bench = make_benchmark("hallusion_bench");
  const auto oracle = replies_to(set.data(), [](const Sample& sample) { return sample.references.front(); });
  const auto yes = replies_to(set.data(), [](const Sample&) { return "Yes."; });
  for (const char* profile : {"official", "vlmevalkit", "lmms-eval", "internvl", "xcomposer"}) {
    const double full = profile == std::string("xcomposer") ? 1 : 100;
    for (const char* name : {"average", "aacc", "facc", "qacc", "vd.facc", "vs.qacc"}) EXPECT_EQ(value_of(metrics_of(*bench, oracle, profile), name), full) << profile << name;
    EXPECT_EQ(value_of(metrics_of(*bench, yes, profile), "qacc"), 0);  // every question has a figure on which no is right
    EXPECT_EQ(find_metric(metrics_of(*bench, yes, profile), "aacc")->count, profile == std::string("official") ? 10 : 8);
  }
  const auto metrics = metrics_of(*bench, yes);
  EXPECT_EQ(value_of(metrics, "aacc"), 60);
  EXPECT_EQ(value_of(metrics, "facc"), 50);  // VS figure 0 is none
  EXPECT_EQ(value_of(metrics, "easy"), 100);
  EXPECT_EQ(value_of(metrics, "hard"), 0);
  EXPECT_EQ(value_of(metrics, "fig_score"), 0.5);
  EXPECT_EQ(value_of(metrics, "yes_pct_diff"), 0.4);
  EXPECT_EQ(value_of(metrics, "yes_fp_ratio"), 1);
  EXPECT_EQ(find_metric(metrics_of(*bench, yes, "vlmevalkit"), "easy"), nullptr);
}
TEST(HallusionBench, NotToKnowIsRightOnlyWithoutAFigure) {
  const SmallSet set;
  const auto bench = make_benchmark("hallusion_bench");
  for (const auto& reply : replies_to(set.data(), [](const Sample&) { return "I cannot tell."; })) {
    const auto score = bench->score(reply, "official");
    EXPECT_EQ(score.state, SampleState::kUnparsed);
    EXPECT_EQ(score.value, reply.sample.id.starts_with("VS_ocr_0_0_") ? 1 : 0) << reply.sample.id;
    EXPECT_EQ(bench->score(reply, "vlmevalkit").value, 0);
  }
}
TEST(HallusionBench, ProfilesReadDifferently) {
  const SmallSet set;
  const auto bench = make_benchmark("hallusion_bench");
  Reply reply{set.data().get(0), "Yes and no."};
  EXPECT_EQ(bench->score(reply, "vlmevalkit").state, SampleState::kUnparsed);
  EXPECT_EQ(bench->score(reply, "xcomposer").value, 1);
  reply.text = "eyes";
  EXPECT_EQ(bench->score(reply, "xcomposer").value, 1);
  EXPECT_EQ(bench->score(reply, "official").value, 0);
}
TEST(HallusionBench, TellsFiguresApartByTheColumnThatThereIs) {
  // VD and VS both have a set 0 of ocr: by subcategory alone their figures 1 fall together, by VLMEvalKit's own l2-category they do not.
  const SmallSet set;
  const auto bench = make_benchmark("hallusion_bench");
  auto replies = replies_to(set.data(), [](const Sample& sample) { return sample.references.front(); });
  EXPECT_EQ(find_metric(metrics_of(*bench, replies, "vlmevalkit"), "facc")->count, 3);
  EXPECT_EQ(find_metric(metrics_of(*bench, replies, "lmms-eval"), "facc")->count, 4);
  for (auto& reply : replies) reply.sample.fields["l2-category"] = reply.sample.category + "_ocr";
  const auto metrics = metrics_of(*bench, replies, "vlmevalkit");
  EXPECT_EQ(find_metric(metrics, "facc")->count, 4);
  EXPECT_EQ(value_of(metrics, "vd_ocr.qacc"), 100);
}
TEST(HallusionBench, ReadsVlmevalkitsIndex) {
  Sample sample;
  sample.id = "VS_map_2_5_1_3";
  const auto key = hallusion_key(sample);
  EXPECT_EQ(key.id(), "VS_map_5_1_3");
  EXPECT_EQ(key.visual_input, "2");
  sample.id = "12";
  EXPECT_THAT(message_of<DataError>([&] { (void)hallusion_key(sample); }), HasSubstr("12: expected the columns category, subcategory"));
}

TEST(HallusionJson, FindsPicturesWhateverTheirEnding) {
  const SmallSet set;
  set.folder().write("hallusion_bench/VD/ocr/0_0.PNG", "x");
  const auto sample = set.data().get(0);
  EXPECT_EQ(sample.id, "VD_ocr_0_0_0");
  EXPECT_EQ(sample.images.at(0).path, set.folder() / "hallusion_bench/VD/ocr/0_0.PNG");
  EXPECT_TRUE(set.data().get(2).images.empty());
}
TEST(HallusionJson, SaysWhatIsWrongAndWhere) {
  const auto error = [](std::string_view text) {
    const TemporaryFolder folder;
    const auto path = folder.write("h.json", text);
    return message_of<DataError>([&] { (void)open_hallusion_json(path); });
  };
  const std::string good = entry("VD", "ocr", 1, 0, 0, 0, 1);
  EXPECT_THAT(error(""), HasSubstr("h.json:1:1"));
  EXPECT_THAT(error("[]"), HasSubstr("no questions"));
  EXPECT_THAT(error("{}"), HasSubstr("expected a list of questions"));
  EXPECT_THAT(error("[" + good + "," + good + "]"), HasSubstr("\"VD_ocr_0_0_0\" comes twice"));
  EXPECT_THAT(error("[" + entry("VD", "ocr", 1, 0, 0, 0, 3) + "]"), HasSubstr("\"gt_answer\" must be 0 or 1, got \"3\""));
  EXPECT_THAT(error("[{\"category\": \"VD\"}]"), HasSubstr("h.json: [0]: no \""));
  EXPECT_EQ(error("\xEF\xBB\xBF[" + good + "]\r\n"), "nothing thrown");
}

TEST(HallusionPredictions, TakeGradesThatAJudgeLeft) {
  const SmallSet set;
  const auto bench = make_benchmark("hallusion_bench");
  std::string rows;
  for (std::size_t i = 0; i < set.data().size(); ++i) {
    const auto fields = set.data().get(i).fields;
    rows += fmt::format("{{\"category\": \"{}\", \"subcategory\": \"ocr\", \"visual_input\": \"1\", \"set_id\": 0, \"figure_id\": {}, \"question_id\": {}, "
                        "\"model_prediction\": \"Yes\\tno\", \"gpt4v_output_gpt_check\": \"{}\"}}\n", fields.at("category"), fields.at("figure_id"), fields.at("question_id"), i % 3);
  }
  const auto path = set.folder().write("r.jsonl", rows);
  const auto replies = bench->read_predictions(path, &set.data());
  ASSERT_EQ(replies.size(), 10u);
  EXPECT_EQ(replies[1].text, "Yes\tno");
  EXPECT_EQ(bench->score(replies[1], "official").value, 1);
  EXPECT_EQ(bench->score(replies[2], "official").value, 1);  // unclear on no figure
  EXPECT_EQ(bench->score(replies[5], "official").value, 0);  // unclear
  EXPECT_EQ(bench->score(replies[1], "vlmevalkit").value, 0);
  const auto bad = set.folder().write("bad.jsonl", python::replace(rows, "\"1\"}", "\"9\"}"));
  EXPECT_THAT(message_of<DataError>([&] { (void)bench->read_predictions(bad, &set.data()); }), HasSubstr("bad.jsonl:2: \"gpt4v_output_gpt_check\" must be 0, 1 or 2"));
}
TEST(HallusionPredictions, MayLeaveOutTheQuestionsWithoutAPicture) {
  const SmallSet set;
  const auto bench = make_benchmark("hallusion_bench");
  std::string rows;
  for (std::size_t i = 0; i < set.data().size(); ++i) {
    const auto key = hallusion_key(set.data().get(i));
    if (key.has_picture()) rows += fmt::format("{}_{}_{}_{}_{}_{}\tIs it?\tYes\n", key.category, key.subcategory, key.visual_input, key.set, key.figure, key.question);
  }
  const auto path = set.folder().write("kit.tsv", "index\tquestion\tprediction\n" + rows);
  EXPECT_EQ(bench->read_predictions(path, &set.data()).size(), 8u);
  const auto less = set.folder().write("less.tsv", "index\tquestion\tprediction\n" + rows.substr(0, rows.find('\n') + 1));
  EXPECT_THAT(message_of<DataError>([&] { (void)bench->read_predictions(less, &set.data()); }), HasSubstr("7 ids of the data that the file does not have"));
}

/// [right, all] of the authors' table, or VLMEvalKit's percentage.
void expect_counts(const std::vector<Metric>& metrics, const std::string& prefix, const json::Value& table) {
  for (const char* name : {"aAcc", "fAcc", "qAcc", "easy", "hard"}) {
    const auto* metric = find_metric(metrics, prefix + snake_case(name));
    ASSERT_NE(metric, nullptr) << prefix << name;
    EXPECT_EQ(metric->count, table[name][1].GetInt64()) << prefix << name;
    EXPECT_NEAR(metric->value, 100 * table[name][0].GetDouble() / table[name][1].GetDouble(), 1e-12) << prefix << name;
  }
  EXPECT_NEAR(value_of(metrics, prefix + "fig_score"), table["fig_score"].GetDouble(), 1e-12);
}

void expect_run(const std::vector<Reply>& replies, const json::Value& expected) {
  const auto bench = make_benchmark("hallusion_bench");
  const auto official = metrics_of(*bench, replies);
  for (const auto& [key, prefix] : {std::pair{"Overall", ""}, {"VD", "vd."}, {"VS", "vs."}}) expect_counts(official, prefix, expected["official_utils_all_questions"][key]);
  const auto kit = metrics_of(*bench, replies, "vlmevalkit");
  double sum = 0;
  for (const auto& part : expected["vlmevalkit_Hallusion_rating_image_only"].GetObject()) {
    const std::string name = part.name.GetString(), prefix = name == "Overall" ? "" : snake_case(name) + ".";
    for (const char* accuracy : {"aAcc", "fAcc", "qAcc"}) {
      EXPECT_NEAR(value_of(kit, prefix + snake_case(accuracy)), part.value[accuracy].GetDouble(), 1e-12) << prefix << accuracy;
      if (prefix.empty()) sum += part.value[accuracy].GetDouble();
    }
  }
  EXPECT_NEAR(value_of(kit, "average"), sum / 3, 1e-12);
}

TEST(HallusionFixture, ReproducesTheAuthorsTablesAndVlmevalkits) {
  ASSAY_NEEDS_SHARED("fixtures/hallusionbench/EXPECTED.json");
  const auto root = testing::shared_root() / "fixtures/hallusionbench";
  const auto expected = json::parse_file(root / "EXPECTED.json");
  const auto bench = make_benchmark("hallusion_bench");
  const auto data = bench->open({{root}});
  ASSERT_EQ(data->size(), 1129u);
  expect_run(replies_to(*data, [](const Sample&) { return "Yes"; }), expected["all_Yes"]);
  const AnsweredInPart part(*data);
  const auto sample = bench->read_predictions(root / "HallusionBench_result_sample.json", &part);
  EXPECT_EQ(sample.size(), 254u);
  expect_run(sample, expected["result_sample(254 predictions joined with gt_answer of HallusionBench.json)"]);
}

}  // namespace
}  // namespace assay
