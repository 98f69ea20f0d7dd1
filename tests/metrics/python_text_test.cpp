#include "metrics/python_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace assay::python {
namespace {

using ::testing::ElementsAre;
using namespace std::string_view_literals;

TEST(PythonCase, MapsAllOfUnicode) {
  EXPECT_EQ(lower("ÀÉ ΑΒΓ ДА 🚀"), "àé αβγ да 🚀");
  EXPECT_EQ(upper("straße ﬁ"), "STRASSE FI");
  EXPECT_EQ(length(lower("İ")), 2u);  // i and a combining dot
  EXPECT_EQ(lower("ΟΔΟΣ ΣΑΣ"), "οδος σας");
}
TEST(PythonCase, KeepsNulAndMarksBrokenText) {
  EXPECT_EQ(lower("A\0É"sv), "a\0é"sv);
  EXPECT_EQ(lower("A\xFFÉ"), "a\xEF\xBF\xBDé");
}
TEST(PythonCase, CapitalizesTheFirstLetterOnly) {
  EXPECT_EQ(capitalize(""), "");
  EXPECT_EQ(capitalize("what Is THIS"), "What is this");
  EXPECT_EQ(capitalize(" x"), " x");
  EXPECT_EQ(capitalize("ßA"), "Ssa");
  EXPECT_EQ(capitalize("ǆ"), "ǅ");
  EXPECT_EQ(capitalize("ÉCOLE"), "École");
  EXPECT_EQ(capitalize("ΟΔΟΣ"), "Οδος");
}
TEST(PythonLength, CountsCodePoints) {
  EXPECT_EQ(length("a你🚀"), 3u);
  EXPECT_EQ(length(""), 0u);
  EXPECT_EQ(length("\xE4\xBD"), 1u);
}
TEST(PythonStrip, TakesUnicodeWhiteSpace) {
  EXPECT_EQ(strip(" \t\n\u3000\u00A0a b\u2028\x1C\u0085"), "a b");
  EXPECT_EQ(strip("\u200Ba"), "\u200Ba");  // zero width space is no white space
  EXPECT_EQ(strip("\u3000"), "");
  EXPECT_EQ(strip("你 "), "你");
  EXPECT_EQ(strip("\xE3\x80 a\x80 "), "\xE3\x80 a\x80");
  EXPECT_EQ(strip("..a.b..", "."), "a.b");
  EXPECT_EQ(strip_right("5%%", "%"), "5");
}
TEST(PythonSplit, CutsAtRunsOrAtEach) {
  EXPECT_THAT(split(" a\u2003b\n\tc "), ElementsAre("a", "b", "c"));
  EXPECT_THAT(split(""), ElementsAre());
  EXPECT_THAT(split("a  b", " "), ElementsAre("a", "", "b"));
  EXPECT_EQ(replace("aaa", "aa", "b"), "ba");
}

struct FloatCase {
  const char* name;
  std::string_view text;
  double value;
};
void PrintTo(const FloatCase& c, std::ostream* os) { *os << c.text; }
class PythonFloat : public ::testing::TestWithParam<FloatCase> {};
TEST_P(PythonFloat, ReadsAsPython) {
  const auto value = parse_float(GetParam().text);
  ASSERT_TRUE(value.has_value());
  EXPECT_EQ(*value, GetParam().value);
}
constexpr double kInfinity = std::numeric_limits<double>::infinity();
INSTANTIATE_TEST_SUITE_P(Texts, PythonFloat,
    ::testing::Values(FloatCase{"plain", "3.5", 3.5}, FloatCase{"spaces", "\u3000 -2\n", -2}, FloatCase{"no_digit_after", "5.", 5},
                    FloatCase{"no_digit_before", "-.5", -0.5}, FloatCase{"exponent", "+1E-3", 0.001}, FloatCase{"underscores", "1_000.2_5", 1000.25},
                    FloatCase{"infinity", "-Infinity", -kInfinity}, FloatCase{"inf", "inF", kInfinity}, FloatCase{"arabic", "٣٫"sv.substr(0, 2), 3},
                    FloatCase{"fullwidth", "１２", 12}, FloatCase{"too_large", "1e400", kInfinity}, FloatCase{"too_small", "-1e-400", 0.0},
                    FloatCase{"long", "0000000000000000000000000000000000000000000000000000000000000000001.5", 1.5}),
    [](const auto& c) { return c.param.name; });
TEST(PythonFloatText, IsRefusedWherePythonDoes) {
  for (const auto text : {""sv, " "sv, "1,000"sv, "0x10"sv, "1 2"sv, "_1"sv, "1_"sv, "1__0"sv, "1_.5"sv, "+-1"sv, "."sv, "e5"sv, "1e"sv, "five"sv, "1\0"sv, "½"sv,
                          "infin"sv, "\x1C" "2"sv, "1%"sv, "$5"sv, "\xFF"sv}) {
    EXPECT_FALSE(parse_float(text).has_value()) << text;
  }
  EXPECT_TRUE(std::isnan(*parse_float("NaN")));
}
TEST(PythonInt, HasNeitherPointNorExponent) {
  EXPECT_EQ(parse_int(" 1_000 "), 1000);
  EXPECT_EQ(parse_int("-٣"), -3);
  EXPECT_EQ(parse_int("+7"), 7);
  for (const auto text : {"", "1.0", "1e3", "+-1", "--1", "99999999999999999999"}) EXPECT_FALSE(parse_int(text).has_value()) << text;
}
TEST(PythonRound, LooksAtTheExactBinaryValue) {
  EXPECT_EQ(python::round(2.675, 2), 2.67);
  EXPECT_EQ(python::round(0.5, 0), 0.0);
  EXPECT_EQ(python::round(2.5, 0), 2.0);
  EXPECT_EQ(python::round(1e300, 2), 1e300);
}
TEST(PythonDecode, IsUndoneByEncode) { EXPECT_EQ(encode(decode("a\0你🚀"sv)), "a\0你🚀"sv); }

}  // namespace
}  // namespace assay::python
