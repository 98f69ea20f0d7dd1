#include "remote/chat_reply.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/remote/hostile_server.h"
#include "tests/temporary_folder.h"

namespace assay {
namespace {

using ::testing::HasSubstr;
using testing::chat_event;
using testing::chat_json;
using testing::message_of;

TEST(ChatReply, IsReadWithItsCounts) {
  const auto reply = read_chat_reply(chat_json("a cat", "length", "m-1"));
  EXPECT_EQ(reply.text, "a cat");
  EXPECT_EQ(reply.finish_reason, "length");
  EXPECT_EQ(reply.model, "m-1");
  EXPECT_EQ(reply.prompt_tokens, 12);
  EXPECT_EQ(reply.completion_tokens, 3);
}

TEST(ChatReply, MayLackWhatItIsNotAskedFor) {
  const auto reply = read_chat_reply(R"({"choices":[{"message":{"content":null},"finish_reason":"stop"}],"usage":null})");
  EXPECT_EQ(reply.text, "");
  EXPECT_EQ(reply.completion_tokens, -1);
  EXPECT_EQ(read_chat_reply(R"({"choices":[{"message":{"content":[{"type":"text","text":"a"},{"type":"text","text":"b"}]},"finish_reason":"stop"}]})").text, "ab");
  EXPECT_EQ(read_chat_reply(R"({"choices":[{"message":{"content":null,"refusal":"I will not."},"finish_reason":"stop"}]})").text, "I will not.");
}

struct Case {
  const char* name;
  std::string body;
  const char* problem;
};
void PrintTo(const Case& c, std::ostream* os) { *os << c.body; }
class BrokenReply : public ::testing::TestWithParam<Case> {};
TEST_P(BrokenReply, IsRefusedInASentence) {
  EXPECT_THAT(message_of<DataError>([] { (void)read_chat_reply(GetParam().body); }), HasSubstr(GetParam().problem));
}
INSTANTIATE_TEST_SUITE_P(
    ChatReply, BrokenReply,
    ::testing::Values(Case{"empty", "", "not JSON"}, Case{"cut", chat_json("x").substr(0, 60), "not JSON"}, Case{"a_list", "[1]", "expected an object"},
                      Case{"no_choices", "{}", "no \"choices\""}, Case{"choices_a_text", R"({"choices":"x"})", "\"choices\" must be"},
                      Case{"no_choice", R"({"choices":[]})", "\"choices\" is empty"}, Case{"choice_a_number", R"({"choices":[7]})", "expected an object"},
                      Case{"message_a_number", R"({"choices":[{"message":7,"finish_reason":"stop"}]})", "\"message\" must be an object"},
                      Case{"content_a_number", R"({"choices":[{"message":{"content":7},"finish_reason":"stop"}]})", "\"content\" must be a text"},
                      Case{"reason_missing", R"({"choices":[{"message":{"content":"x"}}]})", "finish_reason"},
                      Case{"usage_a_text", R"({"choices":[{"message":{"content":"x"},"finish_reason":"stop"}],"usage":"many"})", "\"usage\" must be an object"},
                      Case{"count_a_text", R"({"choices":[{"message":{"content":"x"},"finish_reason":"stop"}],"usage":{"prompt_tokens":"9"}})",
                           "\"prompt_tokens\" must be a whole number"},
                      Case{"count_below_zero", R"({"choices":[{"message":{"content":"x"},"finish_reason":"stop"}],"usage":{"prompt_tokens":-9}})",
                           "\"prompt_tokens\" must be a whole number"},
                      Case{"nested", std::string(100000, '['), "nested deeper"}),
    [](const auto& c) { return std::string(c.param.name); });

TEST(ChatStream, GathersPiecesAndCounts) {
  ChatStream stream;
  stream.feed("data: {\"model\":\"m\",\"choices\":[{\"delta\":{\"role\":\"assistant\"},\"finish_reason\":null}]}\n\n");
  EXPECT_FALSE(stream.has_text());
  stream.feed(chat_event("a c"));
  EXPECT_TRUE(stream.has_text());
  stream.feed(chat_event("at") + chat_event("", "stop"));
  stream.feed("data: {\"choices\":[],\"usage\":{\"prompt_tokens\":4,\"completion_tokens\":2}}\n\ndata: [DONE]\n\n");
  const auto reply = stream.take();
  EXPECT_EQ(reply.text, "a cat");
  EXPECT_EQ(reply.finish_reason, "stop");
  EXPECT_EQ(reply.completion_tokens, 2);
}

TEST(ChatStream, KnowsWhenItWasCutOrBroken) {
  const auto problem_of = [](const std::string& text) {
    ChatStream stream;
    stream.feed(text);
    return message_of<DataError>([&] { (void)stream.take(); });
  };
  EXPECT_THAT(problem_of(chat_event("a c")), HasSubstr("the stream ended before the reply did"));
  EXPECT_THAT(problem_of("data: {\"choices\n\n" + chat_event("x", "stop")), HasSubstr("not JSON"));
  EXPECT_THAT(problem_of("data: {\"error\":{\"message\":\"out of memory\"}}\n\n"), HasSubstr("out of memory"));
}

TEST(ServerError, IsReadInManyForms) {
  EXPECT_EQ(read_server_error(R"({"error":{"message":"too long","code":"context_length_exceeded"}})").code, "context_length_exceeded");
  EXPECT_EQ(read_server_error(R"({"error":{"message":"too long","type":"BadRequestError","code":400}})").code, "BadRequestError");
  EXPECT_EQ(read_server_error(R"({"error":"no such model"})").message, "no such model");
  EXPECT_EQ(read_server_error(R"({"object":"error","message":"busy"})").message, "busy");
  EXPECT_EQ(read_server_error(R"({"detail":"Not Found"})").message, "Not Found");
  EXPECT_EQ(read_server_error("<html>").message, "<html>");
}

}  // namespace
}  // namespace assay
