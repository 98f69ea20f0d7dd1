#include "datasets/python_literal.h"

#include <gtest/gtest.h>

namespace assay {
namespace {

using Texts = std::vector<std::string>;
struct Case {
  const char* name;
  std::string_view text;
  std::optional<Texts> expected;
};
void PrintTo(const Case& c, std::ostream* os) { *os << c.text; }

class PythonList : public testing::TestWithParam<Case> {};
TEST_P(PythonList, MatchesTable) { EXPECT_EQ(python_list(GetParam().text), GetParam().expected); }
INSTANTIATE_TEST_SUITE_P(
    Table, PythonList,
    testing::Values(Case{"texts", "['a', \"b'c\"]", Texts{"a", "b'c"}}, Case{"empty", "[]", Texts{}}, Case{"comma_at_the_end", "[ 'a' , ]", Texts{"a"}},
                    Case{"numbers", "[1, 2.50, -3, True, None]", Texts{"1", "2.5", "-3", "True", "None"}},
                    Case{"escapes", R"(['it\'s', '\n\t\\', '\x41\u4f60\U0001f680', '\d'])", Texts{"it's", "\n\t\\", "A你🚀", "\\d"}},
                    Case{"bare_words_are_no_literal", "[Yes, No]", std::nullopt}, Case{"leading_zero_is_no_literal", "[007]", std::nullopt},
                    Case{"no_comma", "['a' 'b']", std::nullopt}, Case{"only_a_comma", "[,]", std::nullopt}, Case{"nested", "[['a']]", std::nullopt},
                    Case{"open", "['a'", std::nullopt}, Case{"text_behind", "['a'] x", std::nullopt}, Case{"plain", "a", std::nullopt},
                    Case{"nothing", "", std::nullopt}, Case{"surrogate", R"(['\ud800'])", std::nullopt}),
    [](const auto& c) { return c.param.name; });

}  // namespace
}  // namespace assay
