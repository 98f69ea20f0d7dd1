#include "reports/escaping.h"

#include <gtest/gtest.h>

#include <ostream>
#include <string>

#include "harness/base/utf8.h"
#include "tests/reports/report_values.h"

namespace assay {
namespace {

struct Case {
  const char* name;
  std::string (*escape)(std::string_view);
  std::string_view raw, expected;
};
void PrintTo(const Case& c, std::ostream* os) { *os << c.name; }

class Escaping : public ::testing::TestWithParam<Case> {};
TEST_P(Escaping, MatchesTable) { EXPECT_EQ(GetParam().escape(GetParam().raw), GetParam().expected); }
INSTANTIATE_TEST_SUITE_P(
    All, Escaping,
    ::testing::Values(
        Case{"console_keeps_letters", console_escaped, "héllo 中文 👩‍🔬", "héllo 中文 👩‍🔬"},
        Case{"console_shows_terminal_codes", console_escaped, "\x1b[31m\x07\xc2\x9b", "\\u{1b}[31m\\u{7}\\u{9b}"},
        Case{"console_shows_line_ends", console_escaped, "a\r\nb\tc", "a\\r\\nb\\tc"},
        Case{"console_shows_direction_marks", console_escaped, "a\u202eb\u2066c", "a\\u{202e}b\\u{2066}c"},
        Case{"console_begins_no_workflow_command", console_escaped, " ::error::x", " \\u{3a}:error::x"},
        Case{"console_replaces_broken_letters", console_escaped, "a\xff", "a\uFFFD"},
        Case{"markup_escapes", markup_escaped, "<a b=\"c\" d='e'>&</a>", "&lt;a b=&quot;c&quot; d=&#39;e&#39;&gt;&amp;&lt;/a&gt;"},
        Case{"markup_keeps_line_ends_as_references", markup_escaped, "a\r\n\tb", "a&#13;&#10;&#9;b"},
        Case{"markup_replaces_what_xml_forbids", markup_escaped, "a\x01\x1b\xef\xbf\xbf\xc2\x85z", "a\uFFFD\uFFFD\uFFFD\uFFFDz"},
        Case{"markdown_escapes", markdown_escaped, "<b>|\\`*_[x]#~$", "&lt;b&gt;\\|\\\\\\`\\*\\_\\[x\\]\\#\\~\\$"},
        Case{"markdown_is_one_line", markdown_escaped, "a\nb\rc\u2028d", "a b c d"},
        Case{"markdown_calls_nobody", markdown_escaped, "@everyone",
             "@\u200b"
             "everyone"},
        Case{"latex_escapes", latex_escaped, "\\{}$&#_%^~<>|\"`",
             "\\textbackslash{}\\{\\}\\$\\&\\#\\_\\%\\textasciicircum{}\\textasciitilde{}\\textless{}\\textgreater{}\\textbar{}"
             "\\char34{}\\char96{}"},
        Case{"latex_makes_no_dashes", latex_escaped, "a--b", "a-{}-{}b"},
        Case{"latex_has_no_paragraphs", latex_escaped, "a\n\nb", "a  b"},
        Case{"latex_has_letters_alone", latex_escaped, "a\xFF" "b\uFFFF" "c\u202E" "d\u00E9", "a?b?cd\u00E9"},
        Case{"csv_keeps_plain_text", csv_cell, "plain text", "plain text"},
        Case{"csv_quotes", csv_cell, "a,\"b\"\nc", "\"a,\"\"b\"\"\nc\""}, Case{"csv_defuses_formulas", csv_cell, "=1+1", "'=1+1"},
        Case{"csv_defuses_commands", csv_cell, "@SUM(1,2)", "\"'@SUM(1,2)\""}, Case{"csv_defuses_minus", csv_cell, "-2+3", "'-2+3"},
        Case{"csv_defuses_tabs", csv_cell, "\t=1", "'\t=1"}, Case{"csv_defuses_full_width_letters", csv_cell, "＝1", "'＝1"},
        Case{"csv_keeps_empty", csv_cell, "", ""},
        Case{"openmetrics_escapes", openmetrics_escaped, "a\\b\"c\nd", "a\\\\b\\\"c\\nd"},
        Case{"github_message", github_message_escaped, "50%\r\n::error::x,y", "50%25%0D%0A::error::x,y"},
        Case{"github_property", github_property_escaped, "a:b,c%\n", "a%3Ab%2Cc%25%0A"},
        Case{"json_for_html_has_no_markup", json_for_html, "\"</script><!--\u2028\u2029\"",
             "\"\\u003c/script>\\u003c!--\\u2028\\u2029\""}),
    [](const auto& c) { return std::string(c.param.name); });

TEST(Shortened, CountsLettersAndSaysThatItCut) {
  EXPECT_EQ(shortened("中文字", 3), "中文字");
  EXPECT_EQ(shortened("中文字符", 3), "中文字…");
  EXPECT_EQ(shortened("", 3), "");
  EXPECT_EQ(shortened("ab", 0), "…");
  EXPECT_EQ(shortened(std::string(100'000, 'x'), 5), "xxxxx…");
}

TEST(Shortened, NeverCutsALetterInTwo) {
  const std::string text = testing::hostile_text();
  for (std::size_t letters = 0; letters < text.size(); ++letters) {
    const std::string cut = shortened(text, letters);
    ASSERT_EQ(replace_invalid_utf8(cut), cut) << letters;
  }
}

TEST(Escaping, GivesUtf8WhateverComes) {
  for (auto* escape : {console_escaped, markup_escaped, markdown_escaped, latex_escaped, csv_cell, openmetrics_escaped,
                       github_message_escaped, github_property_escaped, json_for_html}) {
    const std::string escaped = escape(testing::hostile_text());
    EXPECT_EQ(replace_invalid_utf8(escaped), escaped);
  }
}

}  // namespace
}  // namespace assay
