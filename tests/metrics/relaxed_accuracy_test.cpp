#include "metrics/relaxed_accuracy.h"

#include <gtest/gtest.h>

#include "harness/base/json.h"
#include "metrics/python_text.h"
#include "tests/shared_files.h"

namespace assay {
namespace {

using namespace std::string_view_literals;

struct Case {
  const char* name;
  std::string_view target, prediction;
  bool matches, matches_swapped;
};
void PrintTo(const Case& c, std::ostream* os) { *os << c.prediction << " for " << c.target; }
class RelaxedMatch : public ::testing::TestWithParam<Case> {};
TEST_P(RelaxedMatch, MatchesTable) {
  EXPECT_EQ(relaxed_match(GetParam().target, GetParam().prediction), GetParam().matches);
  EXPECT_EQ(relaxed_match(GetParam().prediction, GetParam().target), GetParam().matches_swapped);
}
INSTANTIATE_TEST_SUITE_P(Pairs, RelaxedMatch,
    ::testing::Values(Case{"equal", "10", "10", true, true}, Case{"upper_edge", "10", "10.5", true, true}, Case{"lower_edge", "10", "9.5", true, false},
                    Case{"rounding", "2", "2.1", false, true}, Case{"beyond", "10", "10.6", false, false}, Case{"zero_as_text", "0", "0", true, true},
                    Case{"zero_spelled", "0", "0.0", false, false}, Case{"zero_prediction", "5", "0", false, false},
                    Case{"negative", "-10", "-10.4", true, true}, Case{"sign", "-10", "10", false, false}, Case{"percent", "0.1", "10%", true, true},
                    Case{"percent_twice", "10%%", "10%", true, true}, Case{"only_percent", "%", "%", true, true},
                    Case{"number_and_percent", "10", "10%", false, false}, Case{"words", "Yes", "yes", true, true}, Case{"comma", "1000", "1,000", false, false},
                    Case{"not_stripped", "Yes", "Yes ", false, false}, Case{"number_stripped", "10", " 10\n", true, true},
                    Case{"nan", "nan", "nan", false, false}, Case{"infinity", "inf", "inf", false, false}, Case{"empty", "", "", true, true},
                    Case{"emoji", "🚀", "🚀", true, true}, Case{"nul", "a\0"sv, "A\0"sv, true, true}, Case{"broken", "\xFF", "x", false, false},
                    Case{"sharp_s", "STRASSE", "straße", false, false}, Case{"fullwidth", "１０", "10", true, true}),
    [](const auto& c) { return c.param.name; });

TEST(RelaxedMatchGolden, EqualsEveryToolkit) {
  ASSAY_NEEDS_SHARED("fixtures/chartqa/relaxed_accuracy_golden.json");
  const auto golden = json::parse_file(testing::shared_root() / "fixtures/chartqa/relaxed_accuracy_golden.json");
  ASSERT_GT(golden.Size(), 0u);
  for (const auto& row : golden.GetArray()) {
    const std::string prediction = json::require_string(row, "pred", "row"), target = json::require_string(row, "target", "row");
    const auto stripped = python::strip(prediction);
    EXPECT_EQ(relaxed_match(target, prediction), row["correct_order(target,pred) pix2struct/VLMEvalKit/lmms-eval"].GetBool()) << json::dump(row);
    EXPECT_EQ(relaxed_match(stripped, target),
              row["qwen_internvl_xcomposer_order relaxed_correctness(target=pred.strip(),prediction=gt)"].GetBool()) << json::dump(row);
    EXPECT_EQ(relaxed_match(target, stripped), row["vlmevalkit(pred.strip())"].GetBool()) << json::dump(row);
  }
}

}  // namespace
}  // namespace assay
