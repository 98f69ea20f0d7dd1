#include "datasets/pandas_types.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace assay {
namespace {

using Texts = std::vector<std::string>;

struct Case {
  const char* name;
  Texts cells, expected;
};
void PrintTo(const Case& c, std::ostream* os) {
  for (const auto& cell : c.cells) *os << '[' << cell << ']';
}

Texts column_as_printed(const Texts& cells) {
  ColumnTypeInference inference;
  for (const auto& cell : cells) inference.add(cell);
  Texts printed;
  for (const auto& cell : cells) printed.push_back(pandas_text(cell, inference.type()).value_or("nan"));
  return printed;
}

/// Each verdict is str() of the cells that pandas 3.1.1 read; 2.2.3 agrees where the name does not say otherwise.
class PandasColumn : public testing::TestWithParam<Case> {};
TEST_P(PandasColumn, PrintsAsPythonDoes) { EXPECT_EQ(column_as_printed(GetParam().cells), GetParam().expected); }
INSTANTIATE_TEST_SUITE_P(
    Table, PandasColumn,
    testing::Values(
        Case{"ints", {"1", "007", "+3", " 4", "5 ", "-0"}, {"1", "7", "3", "4", "5", "0"}},
        Case{"a_missing_cell_turns_ints_into_floats", {"1", "", "2"}, {"1.0", "nan", "2.0"}}, Case{"the_word_None_is_missing", {"1", "None"}, {"1.0", "nan"}},
        Case{"all_missing", {"", "NA", "null"}, {"nan", "nan", "nan"}}, Case{"floats", {"0.10", "1.", ".5", "1e-5", "1E+05", "2"}, {"0.1", "1.0", "0.5", "1e-05", "100000.0", "2.0"}},
        Case{"exponent_form_from_1e16", {"1e15", "1e16", "0.0001", "0.00001"}, {"1000000000000000.0", "1e+16", "0.0001", "1e-05"}},
        Case{"infinities", {"inf", "-Infinity", "+INF"}, {"inf", "-inf", "inf"}}, Case{"padded_infinity_is_text", {" inf", "1.5"}, {" inf", "1.5"}},
        Case{"beyond_float64_in_pandas_3", {"1e400", "1e-400"}, {"inf", "0.0"}}, Case{"other_spellings_of_nan_are_text", {"1.5", "nAn"}, {"1.5", "nAn"}},
        Case{"booleans", {"TRUE", "false", "fAlse"}, {"True", "False", "False"}}, Case{"booleans_with_a_missing_cell", {"true", ""}, {"True", "nan"}},
        Case{"a_boolean_among_words_is_text", {"true", "x"}, {"true", "x"}}, Case{"a_boolean_among_numbers_is_text", {"1.50", "true"}, {"1.50", "true"}},
        Case{"one_word_keeps_all_as_text", {"007", "1.50", "x"}, {"007", "1.50", "x"}}, Case{"underscores_commas_hex_are_text", {"1_000"}, {"1_000"}},
        Case{"comma", {"1,000"}, {"1,000"}}, Case{"hex", {"0x10"}, {"0x10"}}, Case{"bare_exponent", {"1e"}, {"1e"}}, Case{"bare_point", {"."}, {"."}},
        Case{"blanks_are_text", {"  "}, {"  "}}, Case{"uint64", {"9223372036854775808"}, {"9223372036854775808"}},
        Case{"uint64_with_negative_is_text", {"9223372036854775808", "-1"}, {"9223372036854775808", "-1"}},
        Case{"uint64_with_a_missing_cell_keeps_all_as_text", {"9223372036854775808", "NA", ""}, {"9223372036854775808", "NA", ""}},
        Case{"uint64_with_decimal_is_float", {"9223372036854775808", "1.5"}, {"9.223372036854776e+18", "1.5"}},
        Case{"uint64_with_negative_decimal_is_text", {"9223372036854775808", "-1.5"}, {"9223372036854775808", "-1.5"}},
        Case{"beyond_uint64_is_text", {"18446744073709551616", "1.5"}, {"18446744073709551616", "1.5"}},
        Case{"full_width_digits_are_text", {"１"}, {"１"}}, Case{"long_zeros", {"00000000000000000000000000000001"}, {"1"}}),
    [](const auto& c) { return c.param.name; });

TEST(IsPandasNa, KnowsTheNineteenWordsAndNoOther) {
  for (const auto* word : {"", "#N/A", "#N/A N/A", "#NA", "-1.#IND", "-1.#QNAN", "-NaN", "-nan", "1.#IND", "1.#QNAN", "<NA>", "N/A", "NA", "NULL", "NaN",
                           "None", "n/a", "nan", "null"}) {
    EXPECT_TRUE(is_pandas_na(word)) << word;
  }
  for (const auto* word : {"none", "NAN", "Null", "na", " NA", "NA ", "<na>", "N.A."}) EXPECT_FALSE(is_pandas_na(word)) << word;
}

}  // namespace
}  // namespace assay
