#include "remote/chat_request.h"

#include <gtest/gtest.h>

#include "harness/base/json.h"

namespace assay {
namespace {

TEST(ChatRequest, SaysOnlyWhatIsSet) {
  ChatRequest request;
  request.model = "m";
  request.messages = {{"system", {{"Be brief.", ""}}}, {"user", {{"a \"b\"\n", ""}, {"c", ""}}}};
  request.max_tokens = 5;
  EXPECT_EQ(chat_body(request), R"({"model":"m","messages":[{"role":"system","content":"Be brief."},{"role":"user","content":"a \"b\"\nc"}],)"
                                R"("max_tokens":5,"temperature":0.0,"stream":false})");
}

TEST(ChatRequest, KeepsPicturesWhereTheyStand) {
  ChatRequest request;
  request.messages = {{"user", {{"", "data:image/png;base64,AA=="}, {"What is it?", ""}}}};
  const auto document = json::parse(chat_body(request), "body");
  const auto& content = document["messages"][0]["content"];
  EXPECT_STREQ(content[0]["type"].GetString(), "image_url");
  EXPECT_STREQ(content[0]["image_url"]["url"].GetString(), "data:image/png;base64,AA==");
  EXPECT_STREQ(content[1]["text"].GetString(), "What is it?");
}

TEST(ChatRequest, CarriesDecodingAndAsksAStreamForItsCounts) {
  ChatRequest request;
  request.temperature = 0.7;
  request.top_p = 0.9;
  request.top_k = 20;
  request.min_tokens = 1;
  request.seed = 5;
  request.stop = {"###"};
  request.streams = true;
  const auto document = json::parse(chat_body(request), "body");
  EXPECT_EQ(document["temperature"].GetDouble(), 0.7);
  EXPECT_EQ(document["top_p"].GetDouble(), 0.9);
  EXPECT_EQ(document["top_k"].GetInt(), 20);
  EXPECT_EQ(document["min_tokens"].GetInt(), 1);
  EXPECT_EQ(document["seed"].GetInt(), 5);
  EXPECT_STREQ(document["stop"][0].GetString(), "###");
  EXPECT_TRUE(document["stream"].GetBool());
  EXPECT_TRUE(document["stream_options"]["include_usage"].GetBool());
}

}  // namespace
}  // namespace assay
