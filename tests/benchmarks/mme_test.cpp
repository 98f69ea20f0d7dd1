#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "benchmarks/catalog.h"
#include "benchmarks/mme_results.h"
#include "datasets/mme_folder.h"
#include "harness/base/error.h"
#include "harness/base/json.h"
#include "metrics/interval.h"
#include "tests/benchmarks/scoring.h"
#include "tests/shared_files.h"

namespace assay {
namespace {

using testing::metrics_of;
using testing::value_of;
using ::testing::HasSubstr;

/// Two questions on each of `pictures` pictures in every subtask, answered by `answer`.
template <typename Answer>
std::vector<Reply> replies_to(int pictures, Answer answer) {
  std::vector<Reply> replies;
  for (const auto subtask : mme_subtasks()) {
    for (int picture = 0; picture < pictures; ++picture) {
      for (const char* label : {"Yes", "No"}) {
        Reply reply;
        reply.sample.category = subtask;
        reply.sample.group = fmt::format("{}/{}.jpg", subtask, picture);
        reply.sample.id = fmt::format("{}/{}", reply.sample.group, label);
        reply.sample.references = {label};
        reply.text = answer(label);
        replies.push_back(reply);
      }
    }
  }
  return replies;
}

const std::vector<const char*> kProfiles = {"official", "vlmevalkit", "lmms-eval", "internvl"};

TEST(Mme, OracleScoresExactlyTheMaximum) {
  const auto mme = make_benchmark("mme");
  const auto replies = replies_to(7, [](std::string label) { return label; });
  for (const auto* profile : kProfiles) {
    const auto metrics = metrics_of(*mme, replies, profile);
    EXPECT_EQ(value_of(metrics, "perception"), 2000);
    EXPECT_EQ(value_of(metrics, "cognition"), 800);
    EXPECT_EQ(value_of(metrics, "ocr"), 200);
    EXPECT_EQ(value_of(metrics, "ocr.acc"), 1);
    EXPECT_EQ(value_of(metrics, "ocr.acc_plus"), 1);
    EXPECT_EQ(metrics.size(), 2u + 14 * 3);
    EXPECT_THAT(testing::unexplained(*mme, metrics), ::testing::IsEmpty());
  }
}
TEST(Mme, ConstantAnswersScoreChance) {
  const auto mme = make_benchmark("mme");
  for (const auto* profile : kProfiles) {
    const auto metrics = metrics_of(*mme, replies_to(5, [](const char*) { return "Yes"; }), profile);
    EXPECT_EQ(value_of(metrics, "perception"), 500);
    EXPECT_EQ(value_of(metrics, "cognition"), 200);
    EXPECT_EQ(value_of(metrics, "count.acc"), 0.5);
    EXPECT_EQ(value_of(metrics, "count.acc_plus"), 0);
  }
}
TEST(Mme, HasAnIntervalWhereAllAreWrongOrRight) {
  const auto mme = make_benchmark("mme");
  const auto right = metrics_of(*mme, replies_to(7, [](std::string label) { return label; }));
  const auto wrong = metrics_of(*mme, replies_to(7, [](std::string label) { return label == "Yes" ? "No" : "Yes"; }));
  for (std::size_t i = 0; i < right.size(); ++i) {
    EXPECT_EQ(right[i].interval.high, right[i].value) << right[i].name;
    EXPECT_LT(right[i].interval.low, right[i].value) << right[i].name;
    EXPECT_EQ(wrong[i].interval.low, 0) << wrong[i].name;
    EXPECT_GT(wrong[i].interval.high, 0) << wrong[i].name;
  }
  const double subtask = testing::find_metric(wrong, "count")->interval.high;
  EXPECT_NEAR(subtask, 200 * wilson_interval(0, 7).high, 1e-9);
  EXPECT_NEAR(wrong.front().interval.high, subtask * std::sqrt(10.0), 1e-9) << "ten subtasks";
}
TEST(Mme, DoesNotDependOnOrder) {
  const auto mme = make_benchmark("mme");
  int turn = 0;
  auto replies = replies_to(9, [&](const char* label) { return ++turn % 3 == 0 ? "maybe" : turn % 5 == 0 ? "no" : label; });
  for (const auto* profile : kProfiles) {
    const auto forwards = metrics_of(*mme, replies, profile);
    std::reverse(replies.begin(), replies.end());
    const auto backwards = metrics_of(*mme, replies, profile);
    for (std::size_t i = 0; i < forwards.size(); ++i) {
      EXPECT_EQ(forwards[i].value, backwards[i].value) << forwards[i].name;
      EXPECT_EQ(forwards[i].interval.low, backwards[i].interval.low) << forwards[i].name;
      EXPECT_LE(forwards[i].interval.low, forwards[i].value) << forwards[i].name;
      EXPECT_GE(forwards[i].interval.high, forwards[i].value) << forwards[i].name;
    }
  }
}
TEST(Mme, KeepsFailuresInTheDenominator) {
  const auto mme = make_benchmark("mme");
  auto replies = replies_to(2, [](std::string label) { return label; });
  replies[0].state = SampleState::kError;  // existence, first picture
  const auto metrics = metrics_of(*mme, replies);
  EXPECT_EQ(value_of(metrics, "existence.acc"), 0.75);
  EXPECT_EQ(value_of(metrics, "existence.acc_plus"), 0.5);
  EXPECT_EQ(testing::find_metric(metrics, "existence.acc")->count, 4);
}
TEST(Mme, TellsStatesApart) {
  const auto mme = make_benchmark("mme");
  Reply reply;
  reply.sample.references = {"Yes"};
  const auto state = [&](std::string text, SampleState from = SampleState::kScored) {
    reply.text = std::move(text), reply.state = from;
    return mme->score(reply, "official").state;
  };
  EXPECT_EQ(state("yes"), SampleState::kScored);
  EXPECT_EQ(state("The image shows"), SampleState::kUnparsed);
  EXPECT_EQ(state(" \n"), SampleState::kEmpty);
  EXPECT_EQ(state("", SampleState::kError), SampleState::kError);
  EXPECT_EQ(state("yes it", SampleState::kTruncated), SampleState::kTruncated);
  EXPECT_EQ(mme->score(reply, "official").value, 1);  // a truncated reply is still read
}
TEST(Mme, ProfilesDiffer) {
  const auto mme = make_benchmark("mme");
  Reply reply;
  reply.sample.references = {"No"};
  const auto value = [&](std::string text, const char* profile) {
    reply.text = std::move(text);
    return mme->score(reply, profile).value;
  };
  EXPECT_EQ(value("There is no dog", "official"), 0);
  EXPECT_EQ(value("There is no dog", "vlmevalkit"), 1);
  EXPECT_EQ(value("n", "lmms-eval"), 1);
  EXPECT_EQ(value("不是", "internvl"), 1);
  EXPECT_EQ(value("None", "official"), 1);    // "no" in the first four letters
  EXPECT_EQ(value("None", "vlmevalkit"), 0);  // comes back as nan
}

/// Writes a folder of result files: `lines` into existence.txt, one good pair into the others.
class ResultFolder {
 public:
  explicit ResultFolder(std::string_view lines) : first_("existence.txt", lines) {
    for (const auto subtask : mme_subtasks()) {
      if (subtask == "existence") continue;
      std::ofstream(folder() / fmt::format("{}.txt", subtask)) << "a.jpg\tq\tYes\tyes\na.jpg\tq\tNo\tno\n";
    }
  }
  [[nodiscard]] std::filesystem::path folder() const { return first_.path().parent_path(); }

 private:
  testing::TemporaryFile first_;
};

TEST(MmeResults, SkipsMalformedLinesAsTheToolDoes) {
  const ResultFolder results("a.jpg\tq\tYes\tyes\r\na.jpg\tq\tNo\tno\nb.jpg\tq\tYes\tyes\nb.jpg\tq\tNo\tno\tno\n");
  const auto mme = make_benchmark("mme");
  const auto metrics = metrics_of(*mme, mme->read_predictions(results.folder(), nullptr));
  EXPECT_EQ(value_of(metrics, "existence.acc"), 1);       // three lines count, all right
  EXPECT_EQ(value_of(metrics, "existence.acc_plus"), 0.5);  // the second picture cannot be all right
  EXPECT_EQ(testing::find_metric(metrics, "existence.acc")->count, 3);
}
TEST(MmeResults, RefusesWhatTheToolStopsAt) {
  EXPECT_THAT(testing::message_of<DataError>([] { (void)read_mme_results(ResultFolder("a\tq\tYes\tyes\n").folder()); }), HasSubstr("1 lines"));
  EXPECT_THAT(testing::message_of<DataError>([] { (void)read_mme_results(ResultFolder("a\tq\tYes\tyes\na\tq\tMaybe\tyes\n").folder()); }),
              HasSubstr("existence.txt:2: expected Yes or No"));
  const testing::TemporaryFile lonely("existence.txt", "");
  EXPECT_THAT(testing::message_of<DataError>([&] { (void)read_mme_results(lonely.path().parent_path()); }), HasSubstr("count.txt"));
}

TEST(MmeFixture, ReproducesTheOfficialTool) {
  ASSAY_NEEDS_SHARED("fixtures/mme/EXPECTED.json");
  const auto root = testing::shared_root() / "fixtures/mme";
  const auto expected = json::parse_file(root / "EXPECTED.json");
  const auto mme = make_benchmark("mme");
  int folders = 0;
  for (const auto& run : expected["results"].GetObject()) {
    const auto folder = root / run.name.GetString();
    if (!std::filesystem::exists(folder)) continue;
    ++folders;
    const auto metrics = metrics_of(*mme, mme->read_predictions(folder, nullptr));
    for (const char* part : {"Perception", "Cognition"}) {
      EXPECT_EQ(value_of(metrics, part[0] == 'P' ? "perception" : "cognition"), run.value[part]["total"].GetDouble()) << run.name.GetString();
      for (const auto& task : run.value[part]["tasks"].GetObject()) {
        SCOPED_TRACE(std::string(run.name.GetString()) + " " + task.name.GetString());
        const std::string name = task.name.GetString() == std::string("OCR") ? "ocr" : task.name.GetString();
        EXPECT_EQ(value_of(metrics, name), task.value["score"].GetDouble());
        EXPECT_EQ(value_of(metrics, name + ".acc"), task.value["acc"].GetDouble());
        EXPECT_NEAR(100 * value_of(metrics, name + ".acc_plus"), task.value["acc_plus_x100"].GetDouble(), 1e-12 * 100);
        EXPECT_EQ(testing::find_metric(metrics, name + ".acc")->count, task.value["n_lines"].GetInt64());
      }
    }
  }
  EXPECT_GE(folders, 2);
}
TEST(MmeFixture, OpensTheQuestionFiles) {
  ASSAY_NEEDS_SHARED("fixtures/mme/questions");
  const auto mme = make_benchmark("mme");
  for (const char* root : {"fixtures/mme", "fixtures/mme/questions"}) {
    const auto source = mme->open({{testing::shared_root() / root}});
    ASSERT_EQ(source->size(), 2374u);
    std::vector<Reply> replies;
    for (std::size_t i = 0; i < source->size(); ++i) {
      auto sample = source->get(i);
      const std::string label = sample.references.at(0);
      replies.push_back({std::move(sample), label});
    }
    EXPECT_EQ(value_of(metrics_of(*mme, replies), "perception"), 2000);
  }
}

}  // namespace
}  // namespace assay
