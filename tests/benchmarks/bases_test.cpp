#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "benchmarks/basis.h"
#include "benchmarks/catalog.h"
#include "metrics/python_text.h"
#include "tests/benchmarks/bases.h"
#include "tests/benchmarks/made_replies.h"
#include "tests/benchmarks/scoring.h"

namespace assay {
namespace {

using testing::Answers;
using testing::expect_bases_of_metrics;
using testing::made_replies;
using testing::metrics_of;
using testing::scored;
using testing::TemporaryFolder;
using ::testing::ElementsAre;

/// Does `check` for every benchmark and scoring profile.
template <typename Check>
void for_all(const Check& check) {
  for (const auto& entry : benchmark_catalog()) {
    const auto benchmark = entry.make();
    for (const auto& profile : benchmark->scoring_profiles()) {
      SCOPED_TRACE(fmt::format("{} by {}", entry.name, profile));
      check(*benchmark, profile);
    }
  }
}

TEST(Bases, GiveTheMetricsOfMixedReplies) {
  for_all([](const Benchmark& benchmark, const std::string& profile) {
    expect_bases_of_metrics(benchmark, scored(benchmark, made_replies(benchmark.name(), profile, Answers::kMixed), profile), profile);
  });
}
TEST(Bases, GiveTheFullScaleWhenAllIsRight) {
  for_all([](const Benchmark& benchmark, const std::string& profile) {
    const auto replies = scored(benchmark, made_replies(benchmark.name(), profile, Answers::kRight), profile);
    for (const auto& reply : replies) ASSERT_NEAR(reply.score.value, benchmark.name() == "llava_bench_wild" ? 10 : 1, 1e-9) << reply.reply.text;
    expect_bases_of_metrics(benchmark, replies, profile);
    const auto metrics = benchmark.metrics(replies, profile);
    for (const auto& basis : benchmark.bases(replies, profile)) EXPECT_NEAR(testing::value_of(metrics, basis.name) / full_scale(basis), 1, 1e-6) << basis.name;
  });
}
TEST(Bases, AreWithoutRowsWhereNothingIsLabelled) {
  for_all([](const Benchmark& benchmark, const std::string& profile) {
    const auto bases = benchmark.bases({}, profile);
    ASSERT_FALSE(bases.empty());
    EXPECT_EQ(bases.front().name, benchmark.main_metric());
    for (const auto& basis : bases) EXPECT_TRUE(std::isnan(value_of(basis))) << basis.name;
  });
}
TEST(Bases, TellPicturesAsTheDataDoes) {
  for_all([](const Benchmark& benchmark, const std::string& profile) {
    const auto here = benchmark.bases(scored(benchmark, made_replies(benchmark.name(), profile, Answers::kMixed, "/data/here"), profile), profile);
    const auto there = benchmark.bases(scored(benchmark, made_replies(benchmark.name(), profile, Answers::kMixed, "/elsewhere"), profile), profile);
    ASSERT_EQ(here.size(), there.size());
    for (std::size_t i = 0; i < here.size(); ++i) testing::expect_equal(here[i], there[i]);
  });
}
TEST(Bases, DoNotDependOnTheReplies) {
  for_all([](const Benchmark& benchmark, const std::string& profile) {
    const auto right = benchmark.bases(scored(benchmark, made_replies(benchmark.name(), profile, Answers::kRight), profile), profile);
    auto replies = made_replies(benchmark.name(), profile, Answers::kRight);
    for (auto& reply : replies) reply.text = "no idea", reply.sample.fields.erase("recorded_choice");
    const auto wrong = benchmark.bases(scored(benchmark, replies, profile), profile);
    ASSERT_EQ(right.size(), wrong.size());
    if (benchmark.name().starts_with("mathvista") || profile.ends_with("-judged")) return;  // what no rule can read waits for a judge
    for (std::size_t i = 0; i < right.size(); ++i) EXPECT_EQ(testing::places_of(right[i]), testing::places_of(wrong[i])) << right[i].name;
  });
}

TEST(Bases, OfMmeAreQuestionsAndPicturesBySubtask) {
  const auto mme = make_benchmark("mme");
  const auto replies = scored(*mme, made_replies("mme", "", Answers::kRight));
  const auto bases = mme->bases(replies, "official");
  EXPECT_THAT(testing::names_of(bases), ElementsAre("perception", "cognition"));
  EXPECT_EQ(full_scale(bases[0]), 2000);
  EXPECT_EQ(full_scale(bases[1]), 800);
  EXPECT_THAT(bases[0].rows.front().values, ElementsAre(2, 2, 1, 1));
  EXPECT_THAT(mme->bases(replies, "lmms-eval")[0].rows.front().values, ElementsAre(1, 1, 1, 1));
}
TEST(Bases, OfPopeHaveNoHoleWhereTheAuthorsScriptStops) {
  const auto pope = make_benchmark("pope");
  auto replies = made_replies("pope", "", Answers::kRight);
  for (auto& reply : replies) reply.text = "no";
  EXPECT_TRUE(std::isnan(metrics_of(*pope, replies, "official").front().value));
  EXPECT_EQ(value_of(pope->bases(scored(*pope, replies), "official").front()), 0);
}
TEST(Bases, OfMmBenchDrawQuestionsOnAPictureTogether) {
  const auto bench = make_benchmark("mmbench_dev_en");
  const auto basis = bench->bases(scored(*bench, made_replies("mmbench_dev_en", "", Answers::kRight)), "official").front();
  EXPECT_EQ(basis.rows.size(), 36u);
  std::set<std::string> clusters;
  for (const auto& row : basis.rows) clusters.insert(row.cluster);
  EXPECT_EQ(clusters.size(), 27u);
}
TEST(Bases, OfHallusionBenchHoldSetsTogether) {
  const auto bench = make_benchmark("hallusion_bench");
  const auto replies = scored(*bench, made_replies("hallusion_bench", "", Answers::kMixed), "vlmevalkit");
  for (const auto* profile : {"official", "vlmevalkit"}) {
    const auto bases = bench->bases(replies, profile);
    EXPECT_THAT(testing::names_of(bases), ElementsAre("average", "aacc", "facc", "qacc"));
    std::set<std::string> clusters;
    for (const auto& row : bases.front().rows) clusters.insert(row.cluster);
    EXPECT_EQ(clusters.size(), profile == std::string("official") ? 24u : 12u) << "VD and VS are one by l2-category";
    for (const auto& basis : bases) {
      for (const auto& row : basis.rows) EXPECT_TRUE(clusters.contains(row.cluster)) << basis.name;
    }
  }
}
TEST(Bases, TellUnitsApartThatAFileRepeats) {
  const Unit units[] = {{"p", 1, "v12"}, {"p", 0, "v12"}, {"q", 1, "v3"}};
  const auto basis = mean_basis("accuracy", 1, units);
  EXPECT_EQ(basis.rows[0].unit, "v12");
  EXPECT_EQ(basis.rows[1].unit, "v12/2");
  EXPECT_EQ(basis.rows[2].unit, "v3");
}

/// Clusters of a data set's samples as a benchmark opens it.
std::vector<std::string> clusters_in(const char* benchmark, const std::filesystem::path& root) {
  const auto source = make_benchmark(benchmark)->open({{root}});
  std::vector<std::string> clusters;
  for (std::size_t i = 0; i < source->size(); ++i) clusters.push_back(cluster_of(source->get(i)));
  return clusters;
}
/// Writes the same set into two folders, one of them deeper down, and gives its clusters.
template <typename Write>
std::vector<std::string> clusters_anywhere(const char* benchmark, const Write& write) {
  const TemporaryFolder here, there;
  write(here, "");
  write(there, "some/where/");
  const auto clusters = clusters_in(benchmark, here.path());
  EXPECT_EQ(clusters, clusters_in(benchmark, there / "some/where"));
  return clusters;
}
TEST(Clusters, ArePlacesInTheFileWherePicturesLieInIt) {
  const std::string picture(80, 'A'), other(80, 'B');
  const auto clusters = clusters_anywhere("mmstar", [&](const TemporaryFolder& folder, const std::string& below) {
    folder.write(below + "MMStar.tsv", fmt::format("index\timage\tquestion\tA\tB\tanswer\n7\t{}\tq\tx\ty\tA\n8\t7\tq\tx\ty\tB\n9\t{}\tq\tx\ty\tB\n", picture, other));
  });
  EXPECT_EQ(clusters[0], clusters[1]) << "a row that refers to another has its picture";
  EXPECT_NE(clusters[0], clusters[2]);
}
TEST(Clusters, AreStatedNamesWithTheirFolders) {
  EXPECT_THAT(clusters_anywhere("scienceqa_test", [](const TemporaryFolder& folder, const std::string& below) {
                const auto problem = [](const char* id, const char* image) {
                  return fmt::format(R"("{}": {{"question": "q", "choices": ["a", "b"], "answer": 0, "image": {}, "split": "test", "subject": "s"}})", id, image);
                };
                folder.write(below + "problems.json", fmt::format("{{{}, {}, {}}}", problem("1", "\"image.png\""), problem("2", "\"image.png\""), problem("3", "null")));
                folder.write(below + "pid_splits.json", R"({"test": ["1", "2", "3"]})");
              }),
              ElementsAre("1/image.png", "2/image.png", "id 3"));
  EXPECT_THAT(clusters_anywhere("gqa_testdev", [](const TemporaryFolder& folder, const std::string& below) {
                folder.write(below + "testdev_balanced.jsonl", "{\"question_id\": 1, \"image\": \"./a/n1.jpg\", \"question\": \"q\", \"answer\": \"x\"}\n"
                                                               "{\"question_id\": 2, \"image\": \"a/n1.jpg\", \"question\": \"q\", \"answer\": \"x\"}\n"
                                                               "{\"question_id\": 3, \"image\": \"b/n1.jpg\", \"question\": \"q\", \"answer\": \"x\"}\n");
                if (!below.empty()) folder.write(below + "images/b/n1.jpg", "x");  // found elsewhere, and the same picture still
              }),
              ElementsAre("a/n1.jpg", "a/n1.jpg", "b/n1.jpg"));
}

}  // namespace
}  // namespace assay
