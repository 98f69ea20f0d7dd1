#include "benchmarks/catalog.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "benchmarks/answer_rule.h"
#include "benchmarks/data_note.h"
#include "harness/base/error.h"
#include "tests/benchmarks/scoring.h"

namespace assay {
namespace {

using ::testing::HasSubstr;

TEST(Catalog, IsSortedAndUnique) {
  const auto entries = benchmark_catalog();
  for (std::size_t i = 1; i < entries.size(); ++i) EXPECT_LT(entries[i - 1].name, entries[i].name);
}
TEST(Catalog, MakesWhatItNames) {
  for (const auto& entry : benchmark_catalog()) {
    const auto benchmark = make_benchmark(entry.name);
    EXPECT_EQ(benchmark->name(), entry.name);
    EXPECT_EQ(benchmark->summary(), entry.summary);
    EXPECT_EQ(benchmark->prompt_profiles().front(), "vlmevalkit");
    EXPECT_EQ(benchmark->scoring_profiles().front(), "official");
    if (benchmark->name() == "convbench") continue;  // scored by its authors' script alone
    for (const auto& profile : {"official", "vlmevalkit", "lmms-eval", "internvl"}) EXPECT_THAT(benchmark->scoring_profiles(), ::testing::Contains(profile));
  }
}
TEST(Catalog, SuggestsTheNearestName) {
  EXPECT_THAT(testing::message_of<ConfigError>([] { (void)make_benchmark("mmbench_dev_e"); }), HasSubstr("did you mean \"mmbench_dev_en\"?"));
}
TEST(Catalog, SaysWhereItLookedForData) {
  const testing::TemporaryFile somewhere("x", "");
  const DataPlaces places{{somewhere.path().parent_path()}};
  for (const auto& entry : benchmark_catalog()) {
    EXPECT_THAT(testing::message_of<DataError>([&] { (void)entry.make()->open(places); }), HasSubstr(somewhere.path().parent_path().string())) << entry.name;
  }
}
TEST(Catalog, ExplainsEveryMetricThatIsAlwaysThere) {
  for (const auto& entry : benchmark_catalog()) {
    const auto benchmark = entry.make();
    for (const auto& profile : benchmark->scoring_profiles()) {
      EXPECT_THAT(testing::unexplained(*benchmark, benchmark->metrics({}, profile)), ::testing::IsEmpty()) << entry.name;
    }
    std::vector<std::string> names;
    for (const auto& note : benchmark->metric_notes()) {
      names.push_back(note.name);
      EXPECT_FALSE(note.formula.empty()) << entry.name;
    }
    EXPECT_THAT(names, ::testing::Contains(benchmark->main_metric())) << entry.name;
  }
}
TEST(Catalog, SaysHowEveryProfileReadsAReply) {
  for (const auto& entry : benchmark_catalog()) {
    const auto benchmark = entry.make();
    for (const auto& profile : benchmark->scoring_profiles()) EXPECT_FALSE(benchmark->answer_rule(profile).empty()) << entry.name << " " << profile;
  }
  EXPECT_EQ(make_benchmark("ccbench")->answer_rule("lmms-eval"), make_benchmark("mmbench_dev_cn")->answer_rule("lmms-eval"));
  EXPECT_EQ(answer_rule("mme", "oficial"), "");
  EXPECT_EQ(answer_rule("mme2", "official"), "");
}
TEST(Catalog, SaysWhereDataComesFromAndWhatItsScorerFollows) {
  for (const auto& entry : benchmark_catalog()) {
    const auto* note = find_data_note(entry.name);
    ASSERT_NE(note, nullptr) << entry.name;
    EXPECT_FALSE(note->origin.empty() || note->scorer.empty()) << entry.name;
    for (const auto& profile : entry.make()->scoring_profiles()) {
      EXPECT_NE(profile.starts_with("official"), !profile_source(profile).empty()) << entry.name << " " << profile;
    }
  }
  EXPECT_EQ(find_data_note("mme2"), nullptr);
}
TEST(Catalog, RefusesUnknownProfiles) {
  const auto benchmark = make_benchmark("mme");
  EXPECT_THAT(testing::message_of<ConfigError>([&] { (void)benchmark->ask({}, "internlv"); }), HasSubstr("did you mean \"internvl\"?"));
  EXPECT_THAT(testing::message_of<ConfigError>([&] { (void)benchmark->score({}, "oficial"); }), HasSubstr("did you mean \"official\"?"));
}

}  // namespace
}  // namespace assay
