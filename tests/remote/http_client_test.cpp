#include "remote/http_client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>

#include "tests/remote/hostile_server.h"

namespace assay {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;
using testing::HostileServer;
using testing::SeenRequest;
using testing::Wire;

constexpr std::chrono::milliseconds kSoon{20'000};

HttpReply post(const std::string& url, HttpLimits limits = {}, const Secret& key = {}) {
  HttpClient client(limits, key);
  client.start({url, "{}", true, {}});
  for (;;) {
    auto finished = client.wait(kSoon);
    if (!finished.empty()) return std::move(finished.front().reply);
  }
}

TEST(HttpClient, PostsJsonWithItsKey) {
  const HostileServer server([](const SeenRequest&, const Wire& wire) { wire.answer(200, "fine"); });
  const auto reply = post(server.url("/v1/x"), {}, Secret("sk-0123456789"));
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.body, "fine");
  const auto seen = server.seen().at(0);
  EXPECT_EQ(seen.target, "/v1/x");
  EXPECT_EQ(seen.body, "{}");
  EXPECT_EQ(seen.headers.at("authorization"), "Bearer sk-0123456789");
  EXPECT_EQ(seen.headers.at("content-type"), "application/json");
  EXPECT_EQ(seen.headers.count("accept-encoding"), 0U) << "nothing is unpacked, so nothing can blow up";
}

TEST(HttpClient, SendsNoKeyWhereThereIsNone) {
  const HostileServer server([](const SeenRequest&, const Wire& wire) { wire.answer(200, ""); });
  (void)post(server.url());
  EXPECT_EQ(server.seen().at(0).headers.count("authorization"), 0U);
}

TEST(HttpClient, EndsATransferThatHangs) {
  const HostileServer server([](const SeenRequest&, const Wire& wire) { wire.hang(); });
  HttpLimits limits;
  limits.total_ms = 150;
  EXPECT_EQ(post(server.url(), limits).fault, HttpFault::kTimeout);
}

TEST(HttpClient, TakesNoReplyBeyondItsLimit) {
  constexpr std::size_t kGigabyte = std::size_t{1} << 30;
  std::atomic<std::size_t> sent = 0;
  const HostileServer server([&](const SeenRequest& request, const Wire& wire) {
    const bool is_announced = request.target == "/announced";
    wire.send(is_announced ? "HTTP/1.1 200 OK\r\nContent-Length: 1073741824\r\n\r\n" : "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n");
    const std::string block(1 << 20, 'x');
    while (sent < kGigabyte && wire.send(block)) sent += block.size();
  });
  HttpLimits limits;
  limits.body_bytes = 1 << 20;
  for (const char* path : {"/announced", "/endless"}) {
    sent = 0;
    const auto reply = post(server.url(path), limits);
    EXPECT_EQ(reply.fault, HttpFault::kTooLarge) << path;
    EXPECT_LE(reply.body.size(), limits.body_bytes);
    EXPECT_THAT(reply.fault_text, HasSubstr("more than 1048576 bytes"));
    EXPECT_LT(sent, kGigabyte / 4);
  }
}

TEST(HttpClient, TakesNoEndlessHeaders) {
  const HostileServer server([](const SeenRequest&, const Wire& wire) {
    wire.send("HTTP/1.1 200 OK\r\n");
    while (wire.send("X-More: " + std::string(1000, 'x') + "\r\n")) {}
  });
  EXPECT_EQ(post(server.url()).fault, HttpFault::kTooLarge);
}

TEST(HttpClient, FollowsNoRedirectToAnotherHost) {
  const HostileServer other([](const SeenRequest&, const Wire& wire) { wire.answer(200, "the key, please"); });
  const HostileServer server([&](const SeenRequest&, const Wire& wire) { wire.answer(307, "", "Location: " + other.url("/steal") + "\r\n"); });
  const auto reply = post(server.url(), {}, Secret("sk-0123456789"));
  EXPECT_EQ(reply.fault, HttpFault::kRedirect);
  EXPECT_THAT(other.seen(), SizeIs(0));
}

TEST(HttpClient, FollowsARedirectOnItsHostAFewTimes) {
  const HostileServer server([](const SeenRequest& request, const Wire& wire) {
    if (request.target == "/v2") wire.answer(200, request.body);
    else wire.answer(308, "", request.target == "/v1" ? "Location: /v2\r\n" : "Location: /loop\r\n");
  });
  EXPECT_EQ(post(server.url("/v1")).body, "{}");
  const auto reply = post(server.url("/loop"));
  EXPECT_EQ(reply.fault, HttpFault::kRedirect);
  EXPECT_THAT(reply.fault_text, HasSubstr("more than 3 redirects"));
}

TEST(HttpClient, TellsWhenToComeBack) {
  const HostileServer server([](const SeenRequest&, const Wire& wire) { wire.answer(429, "", "Retry-After: 7\r\n"); });
  const auto reply = post(server.url());
  EXPECT_EQ(reply.status, 429);
  EXPECT_EQ(reply.retry_after_ms, 7000);
}

TEST(HttpClient, TellsACutReplyAndADeadPort) {
  const HostileServer server([](const SeenRequest&, const Wire& wire) { wire.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf"); });
  EXPECT_EQ(post(server.url()).fault, HttpFault::kCut);
  EXPECT_EQ(post("http://127.0.0.1:1/").fault, HttpFault::kUnreachable);
}

TEST(HttpClient, HandlesWhatIsNoHttp) {
  const HostileServer server([](const SeenRequest&, const Wire& wire) { wire.send(std::string("\0\1\2 not a protocol\r\n\r\n", 22)); });
  EXPECT_EQ(post(server.url()).fault, HttpFault::kCut);
}

TEST(HttpClient, HasManyUnderWayAndEndsThemWithItself) {
  const HostileServer server([](const SeenRequest&, const Wire& wire) { wire.hang(); });
  HttpClient client({}, {});
  for (int i = 0; i < 16; ++i) client.start({server.url(), "{}", true, {}});
  while (server.seen().size() < 16) EXPECT_THAT(client.wait(std::chrono::milliseconds(10)), SizeIs(0));
  EXPECT_EQ(client.running(), 16U);
}  // would hang here if the client did not close its connections

TEST(HttpClient, SpeaksNoClearTextWhereTlsIsAskedFor) {
  const HostileServer server([](const SeenRequest&, const Wire& wire) { wire.answer(200, "fine"); });
  HttpLimits limits;
  limits.total_ms = 300;
  EXPECT_NE(post("https" + server.url().substr(4), limits, Secret("sk-0123456789")).fault, HttpFault::kNone);
  EXPECT_THAT(server.seen(), SizeIs(0));
}

}  // namespace
}  // namespace assay
