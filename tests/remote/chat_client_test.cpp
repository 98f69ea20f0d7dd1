#include "remote/chat_client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <map>
#include <thread>

#include "harness/base/error.h"
#include "tests/remote/hostile_server.h"
#include "tests/temporary_folder.h"

namespace assay {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;
using testing::chat_event;
using testing::chat_json;
using testing::HostileServer;
using testing::message_of;
using testing::SeenRequest;
using testing::Wire;

constexpr const char* kKey = "sk-do-not-show-0123456789";

/// Quick to give up, so that tests are.
RemoteOptions quick(int in_flight = 4) {
  RemoteOptions options;
  options.in_flight = in_flight;
  options.timeout_s = 20;
  options.retries = 2;
  return options;
}

/// All of `count` requests, one after another into the client as there is room.
std::map<std::string, ChatFinished> ask(const HostileServer& server, int count, const RemoteOptions& options, bool is_streamed = false, HttpLimits limits = {}) {
  ChatClient client(server.endpoint(), options, limits);
  std::map<std::string, ChatFinished> all;
  for (int next = 0; next < count || !client.is_idle();) {
    for (; next < count && client.has_room(); ++next) client.start({"r" + std::to_string(next), "{}", is_streamed});
    for (auto& finished : client.wait(std::chrono::milliseconds(100))) {
      EXPECT_FALSE(all.contains(finished.id)) << "finished twice";
      all.emplace(finished.id, std::move(finished));
    }
  }
  return all;
}

ChatFinished ask_one(const HostileServer::Script& script, RemoteOptions options = quick(), bool is_streamed = false, HttpLimits limits = {}) {
  const HostileServer server(script);
  return std::move(ask(server, 1, options, is_streamed, limits).begin()->second);
}

TEST(ChatClient, GivesTheReply) {
  const auto finished = ask_one([](const SeenRequest&, const Wire& wire) { wire.answer(200, chat_json("a cat")); });
  ASSERT_TRUE(finished.reply);
  EXPECT_EQ(finished.reply->text, "a cat");
  EXPECT_EQ(finished.times.attempts, 1);
  EXPECT_EQ(finished.times.first_token_ms, -1);
}

TEST(ChatClient, NamesTheLimitAsTheEndpointWantsIt) {
  const HostileServer server([](const SeenRequest& request, const Wire& wire) {
    if (request.body.find(R"("max_tokens")") == std::string::npos) return wire.answer(200, chat_json("a cat"));
    wire.answer(400, R"({"error": {"message": "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.", "code": "unsupported_parameter"}})");
  });
  ChatClient client(server.endpoint(), quick(1));
  for (const char* id : {"a", "b"}) {
    client.start({id, R"({"messages":"\",\"max_tokens\":1","max_tokens":5,"stream":false})", false});
    std::vector<ChatFinished> finished;
    while (finished.empty()) finished = client.wait(std::chrono::milliseconds(100));
    ASSERT_TRUE(finished[0].reply) << finished[0].reply.error().message;
    EXPECT_EQ(finished[0].times.attempts, 1);
  }
  ASSERT_THAT(server.seen(), SizeIs(3)) << "the second request goes out right at once";
  EXPECT_EQ(server.seen()[1].body, R"({"messages":"\",\"max_tokens\":1","max_completion_tokens":5,"stream":false})");
}
TEST(ChatClient, FailsWhereTheNewNameIsRefusedToo) {
  const HostileServer server([](const SeenRequest&, const Wire& wire) { wire.answer(400, R"({"error": {"message": "max_completion_tokens is too large"}})"); });
  ChatClient client(server.endpoint(), quick(1));
  client.start({"a", R"({"model":"m","max_tokens":5})", false});
  std::vector<ChatFinished> finished;
  while (finished.empty()) finished = client.wait(std::chrono::milliseconds(100));
  ASSERT_FALSE(finished[0].reply);
  EXPECT_EQ(finished[0].reply.error().stage, "endpoint/refused");
  EXPECT_THAT(server.seen(), SizeIs(2));
}

TEST(ChatClient, TimesTheFirstTokenOfAStream) {
  const auto finished = ask_one(
      [](const SeenRequest&, const Wire& wire) {
        wire.send("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n");
        wire.send(chat_event("a "));
        std::this_thread::sleep_for(std::chrono::milliseconds(120));
        wire.send(chat_event("cat") + chat_event("", "stop") + "data: [DONE]\n\n");
      },
      quick(), true);
  ASSERT_TRUE(finished.reply) << finished.reply.error().message;
  EXPECT_EQ(finished.reply->text, "a cat");
  EXPECT_GE(finished.times.first_token_ms, 0);
  EXPECT_GE(finished.times.reply_ms, finished.times.first_token_ms + 100);
}

TEST(ChatClient, TakesAWholeReplyWhereItAskedForAStream) {
  const auto finished = ask_one([](const SeenRequest&, const Wire& wire) { wire.answer(200, chat_json("a cat")); }, quick(), true);
  ASSERT_TRUE(finished.reply);
  EXPECT_EQ(finished.reply->text, "a cat");
}

TEST(ChatClient, TriesAgainWhatBrokeOnce) {
  const auto finished = ask_one([](const SeenRequest& request, const Wire& wire) {
    if (request.number == 0) wire.answer(500, "oh");
    else wire.answer(200, chat_json("a cat"));
  });
  ASSERT_TRUE(finished.reply);
  EXPECT_EQ(finished.times.attempts, 2);
  EXPECT_GE(finished.times.waited_ms, 250) << "the back-off";
}

struct Case {
  const char* name;
  HostileServer::Script script;
  const char* stage;
  const char* message;
  int attempts;
};
void PrintTo(const Case& c, std::ostream* os) { *os << c.name; }
class Failure : public ::testing::TestWithParam<Case> {};
TEST_P(Failure, IsTheRequestsOwnStateAndHoldsNoKey) {
  ::setenv("ASSAY_TEST_KEY", kKey, 1);
  auto options = quick();
  options.timeout_s = 0.3;
  options.retries = 1;
  options.longest_wait_s = 2;
  options.api_key_env = "ASSAY_TEST_KEY";
  HttpLimits limits;
  limits.body_bytes = 1 << 20;
  const auto finished = ask_one(GetParam().script, options, false, limits);
  ASSERT_FALSE(finished.reply);
  EXPECT_EQ(finished.reply.error().stage, GetParam().stage);
  EXPECT_THAT(finished.reply.error().message, AllOf(HasSubstr(GetParam().message), Not(HasSubstr(kKey)), SizeIs(::testing::Lt(420U))));
  EXPECT_EQ(finished.times.attempts, GetParam().attempts);
}
HostileServer::Script says(int status, std::string body, std::string headers = "") {
  return [=](const SeenRequest&, const Wire& wire) { wire.answer(status, body, headers); };
}
const std::string kEcho = std::string(R"({"error":{"message":"bad header Authorization: Bearer )") + kKey + R"(, sorry","code":"x"}})";
INSTANTIATE_TEST_SUITE_P(
    ChatClient, Failure,
    ::testing::Values(
        Case{"hangs", [](const SeenRequest&, const Wire& wire) { wire.hang(); }, "endpoint/time-out", "(tried 2 times)", 2},
        Case{"breaks_each_time", says(500, "oh"), "endpoint/broken", "status 500: oh (tried 2 times)", 2},
        Case{"is_busy_for_long", says(429, "", "Retry-After: 3600\r\n"), "endpoint/busy", "told to wait 3600 s, longer than 2 s", 1},
        Case{"is_busy_again", says(503, "later"), "endpoint/busy", "status 503: later (tried 2 times)", 2},
        Case{"echoes_the_key", says(400, kEcho), "endpoint/refused", "status 400: bad header Authorization: Bearer [key], sorry", 1},
        Case{"echoes_it_over_the_cut", says(400, std::string(290, '.') + kKey), "endpoint/refused", "....[key]", 1},
        Case{"filters", says(400, R"({"error":{"message":"no","code":"content_filter"}})"), "endpoint/filtered", "no", 1},
        Case{"filters_late", says(200, chat_json("half a", "content_filter")), "endpoint/filtered", "stopped by a content filter", 1},
        Case{"finds_us_too_large", says(413, "too much"), "endpoint/too-large", "status 413", 1},
        Case{"is_too_large", says(200, std::string(2 << 20, ' ')), "endpoint/too-large", "more than 1048576 bytes", 1},
        Case{"cuts_its_json", says(200, chat_json("a cat").substr(0, 70)), "endpoint/unreadable", "not JSON", 2},
        Case{"has_wrong_types", says(200, R"({"choices":"none"})"), "endpoint/unreadable", "must be an array", 2},
        Case{"calls_a_tool", says(200, chat_json("", "tool_calls")), "endpoint/unreadable", "called a tool", 1},
        Case{"breaks_off", [](const SeenRequest&, const Wire& wire) { wire.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf"); }, "endpoint/unreadable",
             "(tried 2 times)", 2},
        Case{"redirects", says(302, "", "Location: http://127.0.0.1:1/\r\n"), "endpoint/redirect", "not followed", 1}),
    [](const auto& c) { return std::string(c.param.name); });

class Hopeless : public ::testing::TestWithParam<int> {};
TEST_P(Hopeless, EndsTheRunAndHoldsNoKey) {
  ::setenv("ASSAY_TEST_KEY", kKey, 1);
  auto options = quick();
  options.api_key_env = "ASSAY_TEST_KEY";
  const auto message = message_of<ModelError>([&] { (void)ask_one(says(GetParam(), kEcho), options); });
  EXPECT_THAT(message, AllOf(HasSubstr(std::to_string(GetParam())), HasSubstr("[key]"), Not(HasSubstr(kKey))));
}
INSTANTIATE_TEST_SUITE_P(ChatClient, Hopeless, ::testing::Values(401, 404));

TEST(ChatClient, EndsTheRunWithoutMoney) {
  EXPECT_THAT(message_of<ModelError>([] { (void)ask_one(says(429, R"({"error":{"message":"pay","code":"insufficient_quota"}})")); }), HasSubstr("pay"));
}

TEST(ChatClient, MasksAKeyInAReply) {
  ::setenv("ASSAY_TEST_KEY", kKey, 1);
  auto options = quick();
  options.api_key_env = "ASSAY_TEST_KEY";
  // Escaped, so that it is there only once the JSON is read.
  const auto finished = ask_one(says(200, chat_json(std::string("your key: \\u0073") + (kKey + 1))), options);
  ASSERT_TRUE(finished.reply);
  EXPECT_EQ(finished.reply->text, "your key: [key]");
}

TEST(ChatClient, HasAsManyUnderWayAsItMay) {
  const HostileServer server([](const SeenRequest&, const Wire& wire) {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    wire.answer(200, chat_json("x"));
  });
  EXPECT_THAT(ask(server, 24, quick(6)), SizeIs(24));
  EXPECT_EQ(server.most_at_once(), 6);
}

TEST(ChatClient, ComesThroughAStormOfRefusalsWithoutComingEarly) {
  std::atomic<int> early = 0;
  std::atomic<std::int64_t> first_refusal_ms = 0;
  const auto now_ms = [] { return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now().time_since_epoch()).count(); };
  const HostileServer server([&](const SeenRequest& request, const Wire& wire) {
    if (request.number < 8) {
      std::int64_t none = 0;
      first_refusal_ms.compare_exchange_strong(none, now_ms());
      wire.answer(429, "slow down", "Retry-After: 1\r\n");
      return;
    }
    if (now_ms() - first_refusal_ms < 950) ++early;
    wire.answer(200, chat_json("x"));
  });
  const auto all = ask(server, 20, quick(8));
  EXPECT_THAT(all, SizeIs(20));
  for (const auto& [id, finished] : all) EXPECT_TRUE(finished.reply) << id << ": " << finished.reply.error().message;
  EXPECT_EQ(early, 0);
  EXPECT_EQ(server.seen().size(), 28U) << "each refused request comes back once";
}

TEST(ChatClient, LeavesAtOnceWithRequestsUnderWay) {
  const HostileServer server([](const SeenRequest&, const Wire& wire) { wire.hang(); });
  const auto began = std::chrono::steady_clock::now();
  {
    ChatClient client(server.endpoint(), quick());
    for (int i = 0; i < 4; ++i) client.start({std::to_string(i), "{}", false});
    (void)client.wait(std::chrono::milliseconds(50));
  }
  EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds(5));
}

}  // namespace
}  // namespace assay
