#include "datasets/json_rows.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/base/error.h"
#include "tests/datasets/data_error.h"
#include "tests/temporary_folder.h"

namespace assay {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using namespace std::string_literals;

std::vector<std::string> rows(std::string_view content, const std::vector<std::string>& keys = {}, const char* name = "x.json") {
  const testing::TemporaryFolder folder;
  const JsonRows found(folder.write(name, content), keys);
  std::vector<std::string> out;
  for (std::size_t i = 0; i < found.size(); ++i) out.push_back(found.key(i) + json::dump(found.get(i, false)));
  return out;
}
std::string failure(std::string_view content, const std::vector<std::string>& keys = {}) {
  return testing::message_of<DataError>([&] { (void)rows(content, keys); });
}

TEST(JsonRows, AreElementsOfAList) {
  EXPECT_THAT(rows(R"([{"a": [1, {"b": 2}]}, {"c": "],}\"" }, 7])"), ElementsAre(R"({"a":[1,{"b":2}]})", R"({"c":"],}\""})", "7"));
}
TEST(JsonRows, AreElementsOfANamedList) {
  EXPECT_THAT(rows(R"({"info": {"questions": [9]}, "n": [1, 2], "questions": [{"id": 1}, {"id": 2}], "tail": "x"})", {"data", "questions"}),
              ElementsAre(R"({"id":1})", R"({"id":2})"));
}
TEST(JsonRows, AreMembersWithTheirKeys) {
  EXPECT_THAT(rows("{\"v1\" : {\"q\": \"a, b\"},\n \"v2\": \"text\", \"v3\":[1,2],\"v4\":3}"), ElementsAre("v1{\"q\":\"a, b\"}", "v2\"text\"", "v3[1,2]", "v4" "3"));
}
TEST(JsonRows, AreLines) {
  EXPECT_THAT(rows("\xEF\xBB\xBF{\"a\": 1},\r\n\r\n{\"a\": 2},\r\n"), ElementsAre("{\"a\":1}", "{\"a\":2}"));
  EXPECT_THAT(rows("{\"a\": 1}\n", {}, "one.jsonl"), ElementsAre("{\"a\":1}"));
}
TEST(JsonRows, AreFoundAcrossBlocks) {
  std::string content = "[";
  for (int i = 0; i < 300; ++i) {
    if (i > 0) content += ',';
    content += "{\"t\": \"";
    content.append(9000, 'x');
    content += "\\\"\"}";
  }
  content += ']';
  const auto found = rows(content);
  ASSERT_EQ(found.size(), 300u);
  EXPECT_EQ(found[299].size(), 9000u + 10);
}
TEST(JsonRows, SaysWhatIsWrong) {
  EXPECT_THAT(failure(""), HasSubstr("no rows in the file"));
  EXPECT_THAT(failure("[]"), HasSubstr("no rows in the file"));
  EXPECT_THAT(failure("[{\"a\": 1}"), HasSubstr("not JSON"));
  EXPECT_THAT(failure("]["), HasSubstr("not JSON"));
  EXPECT_THAT(failure("[{\"a\": \"x}]"), HasSubstr("not JSON"));
  EXPECT_THAT(failure("[{\"a\": 1},\n{\"b\" 2}]"), HasSubstr("x.json:2"));
  EXPECT_THAT(failure("[{\"a\": \"\xFF\"}]"), HasSubstr("not UTF-8"));
  EXPECT_THAT(failure("[{\"a\": \0}]"s), HasSubstr("not JSON"));
}
TEST(JsonRows, MustBeObjectsWhereAskedFor) {
  const testing::TemporaryFolder folder;
  const JsonRows found(folder.write("x.json", "[7]"));
  EXPECT_THAT(testing::message_of<DataError>([&] { (void)found.get(0); }), HasSubstr("x.json:1: expected a JSON object, got 7"));
}

}  // namespace
}  // namespace assay
