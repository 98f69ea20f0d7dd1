#include "datasets/delimited_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "harness/base/digest.h"
#include "tests/datasets/data_error.h"

namespace assay {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::data_error_of;
using testing::TemporaryFolder;
using Texts = std::vector<std::string>;

/// All cells, column by column, behind the column's name.
std::vector<Texts> columns_of(const DelimitedTable& table) {
  std::vector<Texts> columns;
  for (std::size_t column = 0; column < table.columns().size(); ++column) {
    columns.push_back({table.columns()[column]});
    for (std::size_t row = 0; row < table.row_count(); ++row) columns.back().push_back(table.text(row, column).value_or("nan"));
  }
  return columns;
}

struct Case {
  const char* name;
  std::string_view text;
  std::vector<Texts> expected;
};
void PrintTo(const Case& c, std::ostream* os) { *os << c.text; }

/// Each verdict is that of pandas 2.2.3 and 3.1.1, read_csv(sep="\t").
class TableText : public ::testing::TestWithParam<Case> {};
TEST_P(TableText, ReadsAsPandasDoes) {
  const TemporaryFolder folder;
  EXPECT_EQ(columns_of(DelimitedTable(folder.write("t.tsv", GetParam().text))), GetParam().expected);
}
INSTANTIATE_TEST_SUITE_P(
    Table, TableText,
    ::testing::Values(Case{"plain", "a\tb\n1\tx\n", {{"a", "1"}, {"b", "x"}}}, Case{"no_line_end_at_the_end", "a\tb\n1\tx", {{"a", "1"}, {"b", "x"}}},
                      Case{"crlf", "a\tb\r\n1\tx\r\n", {{"a", "1"}, {"b", "x"}}}, Case{"cr", "a\tb\r1\t2\r\r3\t4", {{"a", "1", "3"}, {"b", "2", "4"}}},
                      Case{"byte_order_mark", "\xEF\xBB\xBF\"a\"\tb\n1\t2\n", {{"a", "1"}, {"b", "2"}}},
                      Case{"line_ends_and_separators_in_quotes", "a\tb\n\"x\r\ny\tz\"\t2\n", {{"a", "x\r\ny\tz"}, {"b", "2"}}},
                      Case{"doubled_quotes", "a\n\"x\"\"y\"\n\"\"\"\"\n", {{"a", "x\"y", "\""}}}, Case{"text_behind_a_quote", "a\n\"x\"y\"z\n", {{"a", "xy\"z"}}},
                      Case{"a_quote_inside_is_a_letter", "a\nx\"y\n", {{"a", "x\"y"}}}, Case{"quoted_numbers_are_numbers", "a\n\"1\"\n\"02\"\n", {{"a", "1", "2"}}},
                      Case{"quoted_NA_is_missing", "a\n\"NA\"\nx\n", {{"a", "nan", "x"}}}, Case{"blank_lines", "\n \na\tb\n1\t2\n   \n\n3\t4\n", {{"a", "1", "3"}, {"b", "2", "4"}}},
                      Case{"short_rows", "a\tb\n1\n2\t3\n", {{"a", "1", "2"}, {"b", "nan", "3.0"}}},
                      Case{"longer_first_row_has_an_index_in_front", "a\tb\n7\t1\t2\n8\t3\t4\n", {{"a", "1", "3"}, {"b", "2", "4"}}},
                      Case{"names_that_come_again", "a\ta\ta\ta.1\n1\t2\t3\t4\n", {{"a", "1"}, {"a.2", "2"}, {"a.3", "3"}, {"a.1", "4"}}},
                      Case{"nameless_columns", "a\t\n1\t2\n", {{"a", "1"}, {"Unnamed: 1", "2"}}}, Case{"header_only", "a\tb", {{"a"}, {"b"}}},
                      Case{"line_end_in_a_name", "\"a\nx\"\tb\n1\t2\n", {{"a\nx", "1"}, {"b", "2"}}}),
    [](const auto& c) { return c.param.name; });

struct Broken {
  const char* name;
  std::string_view text, message;
};
void PrintTo(const Broken& c, std::ostream* os) { *os << c.message; }

class BrokenTable : public ::testing::TestWithParam<Broken> {};
TEST_P(BrokenTable, SaysWhere) {
  const TemporaryFolder folder;
  const auto path = folder.write("t.tsv", GetParam().text);
  EXPECT_THAT(data_error_of([&] { const DelimitedTable table(path); }), HasSubstr("t.tsv" + std::string(GetParam().message)));
}
INSTANTIATE_TEST_SUITE_P(Table, BrokenTable,
                         ::testing::Values(Broken{"empty", "", ": the file is empty"}, Broken{"blank", "\n \n", ": no header line"},
                                           Broken{"long_row", "a\tb\n\n1\t2\n3\t4\t5\n", ":4: expected 2 cells, found 3"},
                                           Broken{"open_quote", "a\tb\n1\t2\n3\t\"x\n\n", ":3: a quoted cell is not closed"},
                                           Broken{"latin_1", "a\tb\n\"1\n2\"\tcaf\xE9\n", ":3:b: byte 0xE9 is not UTF-8"},
                                           Broken{"nul", std::string_view("a\tb\n1\tx\0y\n", 10), ":2:b: a NUL byte"}),
                         [](const auto& c) { return c.param.name; });

TEST(DelimitedTable, NamesFileLineAndColumn) {
  const TemporaryFolder folder;
  const DelimitedTable table(folder.write("t.tsv", "a\tb\n\"1\n\n2\"\tx\n\n3\ty\n"));
  EXPECT_EQ(table.where(0, 1), (folder.path() / "t.tsv").string() + ":2:b");
  EXPECT_EQ(table.line(1), 6u);
}

TEST(DelimitedTable, DigestsTheWholeFile) {
  const TemporaryFolder folder;
  const std::string text = "\xEF\xBB\xBF" "a\tb\n1\t2\n";
  EXPECT_EQ(DelimitedTable(folder.write("t.tsv", text)).digest(), digest_of(text));
}

TEST(DelimitedTable, ReadsCommaSeparatedText) {
  const TemporaryFolder folder;
  const DelimitedTable table(folder.write("t.csv", "id,reply\n1,\"yes, it is\"\n"), TableOptions{.separator = ',', .opaque_columns = {}});
  EXPECT_EQ(table.cell(0, 1), "yes, it is");
}

TEST(DelimitedTable, TellsASliceThatShrankFromTheFile) {
  const TemporaryFolder folder;
  const auto path = folder.write("t.tsv", "a\tb\n1\tlong enough\n");
  const DelimitedTable table(path);
  std::filesystem::resize_file(path, 6);
  EXPECT_THAT(data_error_of([&] { (void)table.cell(0, 1); }), HasSubstr("became shorter"));
}

std::string random_cell(std::mt19937& random) {
  static const std::vector<std::string> kPieces = {"a", "\"", "\t", "\n", "\r\n", " ", "é", "你", "1", "NA", "x"};
  std::string cell = "c";  // never blank, missing or a number, so that what was written is what is read
  for (auto pieces = random() % 8; pieces > 0; --pieces) cell += kPieces[random() % kPieces.size()];
  if (random() % 50 == 0) cell += std::string(random() % 3'000'000, 'z');  // longer than a block
  return cell;
}

TEST(DelimitedTable, ReadsBackRandomTables) {
  std::mt19937 random(11);
  const TemporaryFolder folder;
  for (int round = 0; round < 40; ++round) {
    const std::size_t width = 1 + random() % 5, height = random() % 20;
    std::vector<Texts> rows(height, Texts(width));
    std::string text;
    for (std::size_t column = 0; column < width; ++column) text += fmt::format("{}n{}", column == 0 ? "" : "\t", column);
    for (auto& row : rows) {
      text += random() % 2 == 0 ? "\n" : "\r\n";
      for (std::size_t column = 0; column < width; ++column) {
        row[column] = random_cell(random);
        std::string quoted;
        for (const char c : row[column]) quoted += c == '"' ? "\"\"" : std::string(1, c);
        text += fmt::format("{}\"{}\"", column == 0 ? "" : "\t", quoted);
      }
    }
    const DelimitedTable table(folder.write("t.tsv", text));
    ASSERT_EQ(table.row_count(), height);
    for (std::size_t row = 0; row < height; ++row) {
      for (std::size_t column = 0; column < width; ++column) ASSERT_EQ(table.cell(row, column), rows[row][column]);
    }
  }
}

}  // namespace
}  // namespace assay
