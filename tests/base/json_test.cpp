#include "harness/base/json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "harness/base/error.h"

namespace assay {
namespace {

using ::testing::HasSubstr;

template <typename F>
std::string message_of(F&& f) {
  try {
    f();
  } catch (const DataError& error) {
    return error.what();
  }
  return "no DataError";
}

TEST(Json, SaysWhereTextBreaks) {
  EXPECT_THAT(message_of([] { (void)json::parse("{\n \"a\": }", "x.json"); }), HasSubstr("x.json:2:7: not JSON"));
}
TEST(Json, SaysWhatWasExpectedAndWhatCame) {
  const auto document = json::parse(R"({"n": "many"})", "x.json");
  EXPECT_EQ(message_of([&] { (void)json::require_int(document, "n", "x.json"); }), "x.json: \"n\" must be an integer, got a string");
  EXPECT_EQ(message_of([&] { (void)json::require_int(document, "m", "x.json"); }), "x.json: no \"m\"");
}
TEST(Json, RefusesHostileNesting) {
  EXPECT_THAT(message_of([] { (void)json::parse(std::string(100000, '['), "x.json"); }), HasSubstr("nested deeper"));
}
TEST(Json, WritesNanAsNullAndBrokenTextWithMarks) {
  json::Document document;
  document.SetObject();
  document.AddMember("nan", std::numeric_limits<double>::quiet_NaN(), document.GetAllocator());
  document.AddMember("text", json::string_value("a\xFFz", document.GetAllocator()), document.GetAllocator());
  EXPECT_EQ(json::dump(document), "{\"nan\":null,\"text\":\"a\xEF\xBF\xBDz\"}");
}
TEST(Json, ReadsDoublesExactly) {
  const auto document = json::parse("[0.6364134930118334, 1e-05]", "x");
  EXPECT_EQ(document[0].GetDouble(), 0.6364134930118334);
  EXPECT_EQ(json::parse(json::dump(document), "x")[0].GetDouble(), 0.6364134930118334);
}

}  // namespace
}  // namespace assay
