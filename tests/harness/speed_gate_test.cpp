#include "harness/gate/speed_gate.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/base/error.h"
#include "tests/temporary_folder.h"

namespace assay {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::TemporaryFolder;

constexpr const char* kContext = R"("context": {"num_cpus": 2, "mhz_per_cpu": 2400, "caches": [{"type": "Data", "level": 1, "size": 32768}]})";

/// One benchmark's repetitions around `milliseconds`, and the aggregates that Google Benchmark writes behind them.
std::string file_of(double milliseconds, int repetitions, const char* context = kContext) {
  std::vector<std::string> rows;
  for (int i = 0; i < repetitions; ++i)
    rows.push_back(fmt::format(R"({{"name": "tile/448", "run_name": "tile/448", "run_type": "iteration", "repetition_index": {}, "real_time": {}, "time_unit": "ms"}})",
                               i, milliseconds * (1 + 0.001 * i)));
  rows.emplace_back(R"({"name": "tile/448_mean", "run_name": "tile/448", "run_type": "aggregate", "real_time": 1000, "time_unit": "ms"})");
  return fmt::format(R"({{{}, "benchmarks": [{}]}})", context, fmt::join(rows, ", "));
}

class SpeedGate : public ::testing::Test {
 protected:
  SpeedFile read(const std::string& name, const std::string& text) {
    folder_.write(name, text);
    return read_speed_file(folder_ / name);
  }
  GateRecord gate(const std::string& baseline, const std::string& candidate, const Policy& policy = {}) {
    GateRecord record;
    add_speed(record, read("old.json", baseline), read("new.json", candidate), policy);
    return record;
  }
  TemporaryFolder folder_;
};

TEST_F(SpeedGate, ReadsRepetitionsAndNoAggregates) {
  const auto file = read("speed.json", file_of(2, 3));
  ASSERT_EQ(file.cases.size(), 1U);
  EXPECT_EQ(file.cases[0].name, "tile/448");
  EXPECT_THAT(file.cases[0].seconds, ElementsAre(::testing::DoubleEq(0.002), ::testing::DoubleEq(0.002 * 1.001), ::testing::DoubleEq(0.002 * 1.002)));
  EXPECT_EQ(file.machine, "2 processors, L1 Data 32 kB");
}

TEST_F(SpeedGate, FailsASlowdownAndShowsItAsALowerRate) {
  const auto record = gate(file_of(10, 9), file_of(11, 9));
  EXPECT_EQ(record.verdict, Verdict::kFail);
  ASSERT_EQ(record.metrics.size(), 1U);
  const auto& rate = record.metrics[0];
  EXPECT_EQ(rate.metric, "tile/448 [1/s]");
  EXPECT_NEAR(rate.baseline, 1 / 0.01004, 1e-9);
  EXPECT_NEAR(rate.candidate, 1 / 0.011044, 1e-9);
  EXPECT_NEAR(rate.difference, rate.candidate - rate.baseline, 1e-12);
  EXPECT_LE(rate.interval.low, rate.difference);
  EXPECT_GE(rate.interval.high, rate.difference);
  EXPECT_LT(rate.interval.high, 0);
  EXPECT_THAT(rate.note, HasSubstr("takes 1.100 of the baseline's time"));
}

TEST_F(SpeedGate, PassesWhatChangesLittleAndPraisesWhatIsFaster) {
  EXPECT_EQ(gate(file_of(10, 9), file_of(10.1, 9)).verdict, Verdict::kPass);
  EXPECT_EQ(gate(file_of(10, 9), file_of(9, 9)).verdict, Verdict::kImproved);
}

TEST_F(SpeedGate, AsksForRepetitions) {
  const auto record = gate(file_of(10, 3), file_of(20, 9));
  EXPECT_EQ(record.verdict, Verdict::kInconclusive);
  EXPECT_EQ(record.metrics[0].samples_needed, 9);
  EXPECT_THAT(record.metrics[0].note, HasSubstr("3 repetitions are too few"));
  Policy policy;
  policy.speed.repetitions = 3;
  EXPECT_EQ(gate(file_of(10, 3), file_of(20, 9), policy).verdict, Verdict::kFail);
}

TEST_F(SpeedGate, ComparesNothingAcrossMachinesUnlessWaived) {
  const auto other = file_of(10, 9, R"("context": {"num_cpus": 64})");
  EXPECT_EQ(gate(file_of(10, 9), other).verdict, Verdict::kIncomparable);
  Policy policy;
  policy.waived.emplace_back("machine");
  EXPECT_EQ(gate(file_of(10, 9), other, policy).verdict, Verdict::kPass);
}

TEST_F(SpeedGate, TellsProcessorsOfOneLayoutApartWhereBothFilesNameThem) {
  constexpr const char* kContextOf = R"("context": {{"num_cpus": 2, "cpu": "{}"}})";
  const auto old_cpu = file_of(10, 9, fmt::format(fmt::runtime(kContextOf), "EPYC 7R13").c_str()), new_cpu = file_of(10, 9, fmt::format(fmt::runtime(kContextOf), "EPYC 9R14").c_str());
  const auto record = gate(old_cpu, new_cpu);
  EXPECT_EQ(record.verdict, Verdict::kIncomparable);
  EXPECT_EQ(record.checks[0].baseline, "EPYC 7R13, 2 processors");
  EXPECT_EQ(gate(old_cpu, file_of(10, 9, R"("context": {"num_cpus": 2})")).verdict, Verdict::kPass);
}

TEST_F(SpeedGate, DoesNotJudgeWhatTheMachineCouldDo) {
  const auto with_peak = [](double milliseconds) {
    auto text = file_of(10, 9);
    return text.insert(text.find("[{\"name\": \"tile") + 1, fmt::format(R"({{"name": "peak/float32/iterations:1/real_time", "real_time": {}, "time_unit": "ms"}}, )", milliseconds));
  };
  const auto record = gate(with_peak(100), with_peak(200));
  EXPECT_EQ(record.verdict, Verdict::kPass);
  EXPECT_EQ(record.metrics.size(), 1U);
}

TEST_F(SpeedGate, PoolsRepetitionsOfOneMachine) {
  auto pooled = read("one.json", file_of(10, 2));
  add_repetitions(pooled, read("two.json", file_of(20, 1)));
  ASSERT_EQ(pooled.cases.size(), 1U);
  EXPECT_THAT(pooled.cases[0].seconds, ElementsAre(::testing::DoubleEq(0.01), ::testing::DoubleEq(0.01001), ::testing::DoubleEq(0.02)));
  EXPECT_THROW(add_repetitions(pooled, read("other.json", file_of(10, 1, R"("context": {"num_cpus": 64})"))), DataError);
}

TEST_F(SpeedGate, SaysWhatIsNoLongerTimed) {
  auto renamed = file_of(10, 9);
  for (std::size_t at = 0; (at = renamed.find("tile/448", at)) != std::string::npos;) renamed.replace(at, 8, "tile/490");
  const auto record = gate(file_of(10, 9), renamed);
  EXPECT_EQ(record.verdict, Verdict::kIncomparable);
  ASSERT_EQ(record.checks.size(), 1U);
  EXPECT_THAT(record.checks[0].message, HasSubstr("tile/448 is timed in the baseline alone"));
}

TEST_F(SpeedGate, RefusesOtherFiles) {
  EXPECT_THROW((void)read("list.json", "[]"), DataError);
  EXPECT_THROW((void)read("empty.json", fmt::format(R"({{{}, "benchmarks": []}})", kContext)), DataError);
  EXPECT_THROW((void)read("unit.json", fmt::format(R"({{{}, "benchmarks": [{{"name": "x", "real_time": 1, "time_unit": "h"}}]}})", kContext)), DataError);
  EXPECT_THROW((void)read("failed.json", fmt::format(R"({{{}, "benchmarks": [{{"name": "x", "error_occurred": true, "error_message": "no"}}]}})", kContext)), DataError);
}

}  // namespace
}  // namespace assay
