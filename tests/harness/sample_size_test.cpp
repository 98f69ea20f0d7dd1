#include "harness/gate/sample_size.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/base/error.h"
#include "harness/gate/size_report.h"
#include "tests/schema_complaint.h"
#include "tests/temporary_folder.h"

namespace assay {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::message_of;
using testing::schema_complaint;

/// One row of the table of docs/statistics.md: the drop that a set sees at 2, 5, 10 and 20 % flips, and unpaired at 80 % accuracy.
struct Row {
  const char* name;
  std::int64_t count;
  std::vector<std::string> points;
};
void PrintTo(const Row& row, std::ostream* os) { *os << row.name; }
class DropSeen : public ::testing::TestWithParam<Row> {};
TEST_P(DropSeen, IsAsInTheTableOfTheStatisticsPage) {
  const auto plan = plan_size(even_shape(GetParam().count, GetParam().count), {}, {}, {});
  std::vector<std::string> points;
  for (const auto& at : plan.by_flip_rate) points.push_back(points_text(at.detectable_drop));
  points.push_back(points_text(plan.unpaired.detectable_drop));
  EXPECT_EQ(points, GetParam().points);
}
INSTANTIATE_TEST_SUITE_P(Sets, DropSeen,
                         ::testing::Values(Row{"mme", 2374, {"0.72", "1.14", "1.61", "2.28", "2.89"}},
                                           Row{"mmbench_dev_groups", 1164, {"1.03", "1.63", "2.30", "3.26", "4.12"}},
                                           Row{"seed_bench_image", 14232, {"0.29", "0.47", "0.66", "0.93", "1.18"}},
                                           Row{"docvqa_val", 5349, {"0.48", "0.76", "1.08", "1.52", "1.92"}},
                                           Row{"chartqa_test", 2500, {"0.70", "1.11", "1.57", "2.22", "2.81"}},
                                           Row{"mmmu_val", 900, {"1.17", "1.85", "2.62", "3.71", "4.69"}},
                                           Row{"subset_of_200", 200, {"2.49", "3.93", "5.56", "7.86", "9.95"}},
                                           Row{"subset_of_50", 50, {"4.97", "7.86", "11.1", "15.7", "19.9"}}),
                         [](const auto& row) { return row.param.name; });

TEST(SizePlan, CountsClustersIn) {
  const auto plan = plan_size(even_shape(5144, 1286), {0.06, Origin::kGiven}, {0.3, Origin::kGiven}, {});
  EXPECT_DOUBLE_EQ(plan.design_effect, 1.9);
  EXPECT_DOUBLE_EQ(plan.whole.detectable_drop, detectable_drop(0.06, 5144, 1.9));
  EXPECT_EQ(plan.whole.units_needed, samples_to_detect(0.01, 0.06, 1.9));
  EXPECT_EQ(plan.clusters, 1286);
}
TEST(EvenShape, SpreadsTheRest) {
  EXPECT_THAT(even_shape(7, 3).cluster_sizes, ElementsAre(3, 2, 2));
  EXPECT_THROW((void)even_shape(0, 1), ConfigError);
  EXPECT_THROW((void)even_shape(3, 4), ConfigError);
}
TEST(SizePlan, RefusesWhatIsOutOfRange) {
  const auto shape = even_shape(10, 10);
  EXPECT_THAT(message_of<ConfigError>([&] { (void)plan_size(shape, {1.5, Origin::kGiven}, {}, {}); }), HasSubstr("--flip-rate must be a share in [0, 1], got 1.5"));
  EXPECT_THROW((void)plan_size(shape, {}, {-0.1, Origin::kGiven}, {}), ConfigError);
  EXPECT_THROW((void)plan_size(shape, {}, {}, {{}, 0}), ConfigError);
  EXPECT_THROW((void)plan_size(shape, {}, {}, {{0.5, 0.8}, 0.01}), ConfigError);
  EXPECT_THROW((void)plan_size(shape, {}, {}, {{0.05, 0.04}, 0.01}), ConfigError);
}

std::vector<PairedUnit> pairs_of(const std::vector<std::pair<std::string, std::vector<double>>>& clusters) {
  std::vector<PairedUnit> pairs;
  for (const auto& [name, differences] : clusters)
    for (const double difference : differences) pairs.push_back({name, difference});
  return pairs;
}

// the same analysis of variance in numpy
TEST(MeasuredFlips, EqualNumpy) {
  const auto measured = measure_flips(pairs_of({{"a", {1, 1, 0}}, {"b", {0, 0}}, {"c", {-1, -1, 0, -1}}, {"d", {0}}, {"e", {0, 1}}}));
  EXPECT_EQ(measured.units, 12);
  EXPECT_EQ(measured.flips, 6);
  EXPECT_DOUBLE_EQ(measured.flip_rate, 0.5);
  EXPECT_NEAR(measured.correlation.value(), 0.5434861060988813, 1e-12);
}
TEST(MeasuredFlips, SayNothingOfACorrelationThatCannotBeSeen) {
  EXPECT_FALSE(measure_flips({}).correlation.has_value());
  EXPECT_FALSE(measure_flips(pairs_of({{"a", {1}}, {"b", {0}}})).correlation.has_value());     // none shares a cluster
  EXPECT_FALSE(measure_flips(pairs_of({{"a", {1, 0}}})).correlation.has_value());              // a single one
  EXPECT_FALSE(measure_flips(pairs_of({{"a", {0, 0}}, {"b", {0, 0}}})).correlation.has_value());  // nothing differs
}
TEST(MeasuredFlips, TakeANegativeCorrelationAsNone) {
  EXPECT_EQ(measure_flips(pairs_of({{"a", {1, -1}}, {"b", {1, -1}}, {"c", {0, 0}}})).correlation, 0);
}
TEST(MeasuredFlips, OfGradedScoresAreMeanSquares) {
  const auto measured = measure_flips(pairs_of({{"a", {0.5}}, {"b", {0}}}));
  EXPECT_EQ(measured.flips, 1);
  EXPECT_DOUBLE_EQ(measured.flip_rate, 0.125);
  EXPECT_THROW((void)measure_flips(pairs_of({{"a", {1.5}}})), DataError);
}

SizeReport report_of(std::optional<SubsetNote> subset) {
  PlannedSize size{plan_size(even_shape(200, 100), {0.06, Origin::kMeasured}, {0.3, Origin::kAssumed}, {}), std::move(subset)};
  size.plan.benchmark = "mme";
  size.plan.samples = 200;
  size.plan.unit_name = "samples";
  return {{}, {std::move(size)}, {"a \"note\""}};
}
TEST(SizeJson, FitsItsSchema) {
  EXPECT_EQ(schema_complaint(size_json(report_of({})), "plan-1.json"), "");
  EXPECT_EQ(schema_complaint(size_json(report_of(SubsetNote{"ids.txt", 7, 20, 20, 10, 0.05})), "plan-1.json"), "");
  EXPECT_EQ(schema_complaint(size_json({}), "plan-1.json"), "");
}
TEST(SizeJson, IsRefusedByItsSchemaWhenAMemberIsMissing) {
  std::string text = size_json(report_of({}));
  text.replace(text.find("\"clusters\""), 10, "\"klusters\"");
  EXPECT_NE(schema_complaint(text, "plan-1.json"), "");
}
TEST(PointsText, RoundsAsThePlanTable) {
  EXPECT_EQ(points_text(0.09994), "9.99");
  EXPECT_EQ(points_text(0.09996), "10.0");
  EXPECT_EQ(points_text(1.2), "none");
}
TEST(SizeText, SaysWhereNumbersComeFrom) {
  const auto text = size_text(report_of(SubsetNote{"ids.txt", 7, 20, 20, 10, 0.05}));
  EXPECT_THAT(text, HasSubstr("mme: 200 samples, in 100 clusters; design effect 1.30 at a correlation of 0.30 (assumed)"));
  EXPECT_THAT(text, HasSubstr("with 6 % flips (measured) it sees a true drop of 4.91 points"));
  EXPECT_THAT(text, HasSubstr("more than there are"));
  EXPECT_THAT(text, HasSubstr("wrote ids.txt: 20 of 200 samples in 10 clusters, seed 7; they see a drop of 5.00 points"));
  EXPECT_THAT(text, HasSubstr("Note: a \"note\"."));
}

}  // namespace
}  // namespace assay
