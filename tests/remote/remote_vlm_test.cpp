#include "remote/remote_vlm.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>
#include <functional>
#include <map>

#include "harness/base/error.h"
#include "harness/base/json.h"
#include "tests/remote/hostile_server.h"
#include "tests/temporary_folder.h"

namespace assay {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;
using testing::chat_json;
using testing::HostileServer;
using testing::SeenRequest;
using testing::Wire;

/// A source of some requests and a sink of their ends; for a dialogue the sink asks on.
class Desk final : public RequestSource, public GenerationSink {
 public:
  explicit Desk(std::deque<Request> requests) : requests_(std::move(requests)) {}
  std::optional<Request> next() override {
    if (requests_.empty()) return std::nullopt;
    Request request = std::move(requests_.front());
    requests_.pop_front();
    return request;
  }
  [[nodiscard]] bool is_cancelled() const override { return cancel_after >= 0 && static_cast<int>(finished.size()) >= cancel_after; }
  std::optional<Request> finish(const std::string& id, Result<Generation> generation) override {
    EXPECT_TRUE(finished.emplace(id, std::move(generation)).second);
    return further_turn ? further_turn(id) : std::nullopt;
  }

  std::map<std::string, Result<Generation>> finished;
  std::function<std::optional<Request>(const std::string&)> further_turn;
  int cancel_after = -1;

 private:
  std::deque<Request> requests_;
};

Request question(const std::string& id, const std::string& text) {
  Request request;
  request.id = id;
  request.prompt.turns = {{Role::kUser, {{text}}}};
  return request;
}

RemoteOptions quick() {
  RemoteOptions options;
  options.retries = 0;
  options.timeout_s = 20;
  return options;
}

void run(const HostileServer& server, Desk& desk, RemoteOptions remote = quick(), VlmOptions options = {}) {
  open_remote_vlm(server.endpoint(), remote, options)->run(desk, desk);
}

json::Document first_body(const HostileServer& server) { return json::parse(server.seen().at(0).body, "body"); }

TEST(RemoteVlm, GivesWhatTheEndpointSaysAndNothingElse) {
  const HostileServer server([](const SeenRequest&, const Wire& wire) { wire.answer(200, chat_json(" a cat\\n", "stop", "m-snapshot")); });
  Desk desk({question("q", "What is it?")});
  run(server, desk);
  const auto& generation = desk.finished.at("q");
  ASSERT_TRUE(generation) << generation.error().message;
  EXPECT_EQ(generation->reply, "a cat");
  EXPECT_EQ(generation->prompt_token_count, 12);
  ASSERT_TRUE(generation->endpoint);
  EXPECT_EQ(generation->endpoint->model, "m-snapshot");
  EXPECT_EQ(generation->endpoint->completion_tokens, 3);
  EXPECT_TRUE(generation->token_ids.empty());
  EXPECT_TRUE(generation->image_digests.empty());
  EXPECT_EQ(generation->prompt_digest, "");
  EXPECT_EQ(generation->tile_count, 0);
}

TEST(RemoteVlm, SendsTurnsPicturesAndSystemText) {
  const HostileServer server([](const SeenRequest&, const Wire& wire) { wire.answer(200, chat_json("x")); });
  Request request = question("q", "Well?");
  request.prompt.turns = {{Role::kUser, {{"", 0}, {"What "}, {"is it?"}}}, {Role::kAssistant, {{"A cat."}}}, {Role::kUser, {{"Sure?"}}}};
  request.prompt.images = {{"a.png", "k", [] { return Result<std::string>(std::string("\xFF\xD8\xFF\xE0")); }}};
  request.decoding.max_new_tokens = 9;
  VlmOptions options;
  options.system_text = "Be brief.";
  Desk desk({request});
  run(server, desk, quick(), options);
  const auto body = first_body(server);
  const auto& messages = body["messages"];
  ASSERT_EQ(messages.Size(), 4U);
  EXPECT_STREQ(messages[0]["role"].GetString(), "system");
  EXPECT_STREQ(messages[1]["content"][0]["image_url"]["url"].GetString(), "data:image/jpeg;base64,/9j/4A==");
  EXPECT_STREQ(messages[1]["content"][1]["text"].GetString(), "What is it?");
  EXPECT_STREQ(messages[2]["role"].GetString(), "assistant");
  EXPECT_STREQ(messages[3]["content"].GetString(), "Sure?");
  EXPECT_EQ(body["max_tokens"].GetInt(), 9);
  EXPECT_EQ(body["temperature"].GetDouble(), 0);
  EXPECT_FALSE(body.HasMember("seed"));
}

TEST(RemoteVlm, DrawsAsItIsTold) {
  const HostileServer server([](const SeenRequest&, const Wire& wire) { wire.answer(200, chat_json("x")); });
  Request request = question("q", "?");
  request.decoding.max_new_tokens = 8;
  request.decoding.do_sample = true;
  request.decoding.temperature = 0.7, request.decoding.top_p = 0.9, request.decoding.top_k = 5;
  request.decoding.seed = 0xFFFFFFFFFFULL;
  Desk desk({request});
  run(server, desk);
  const auto body = first_body(server);
  EXPECT_EQ(body["temperature"].GetDouble(), 0.7);
  EXPECT_EQ(body["top_k"].GetInt(), 5);
  EXPECT_EQ(body["seed"].GetInt(), 0x7FFFFFFF);
}

TEST(RemoteVlm, TellsALengthLimit) {
  const HostileServer server([](const SeenRequest&, const Wire& wire) { wire.answer(200, chat_json("a c", "length")); });
  Desk desk({question("q", "?")});
  run(server, desk);
  EXPECT_EQ(desk.finished.at("q")->finish, Finish::kLength);
}

TEST(RemoteVlm, FailsTheSamplesThatFailAndAsksTheRest) {
  const HostileServer server([](const SeenRequest& request, const Wire& wire) {
    if (request.body.find("bad") != std::string::npos) wire.answer(400, "no");
    else wire.answer(200, chat_json("x"));
  });
  Request unreadable = question("unreadable", "?");
  unreadable.prompt.turns[0].parts.insert(unreadable.prompt.turns[0].parts.begin(), Part{"", 0});
  unreadable.prompt.images = {{"a.png", "k", [] { return Result<std::string>(SampleFailure{"a.png", "read", "gone"}); }}};
  Request ranked = question("ranked", "?");
  ranked.options = {"A", "B"};
  Desk desk({question("a", "good"), unreadable, question("b", "bad"), ranked, question("c", "good")});
  run(server, desk);
  EXPECT_THAT(desk.finished, SizeIs(5));
  EXPECT_TRUE(desk.finished.at("a") && desk.finished.at("c"));
  EXPECT_EQ(desk.finished.at("b").error().stage, "endpoint/refused");
  EXPECT_EQ(desk.finished.at("unreadable").error().message, "gone");
  EXPECT_THAT(desk.finished.at("ranked").error().message, HasSubstr("cannot rank options"));
}

TEST(RemoteVlm, RefusesPromptsThatNoChatHas) {
  const HostileServer server([](const SeenRequest&, const Wire& wire) { wire.answer(200, chat_json("x")); });
  Request bare = question("bare", "?"), begun = question("begun", "?");
  bare.prompt.turns[0].role = Role::kBare;
  begun.prompt.turns.push_back({Role::kAssistant, {{"The answer is"}}});
  Desk desk({bare, begun});
  run(server, desk);
  EXPECT_THAT(desk.finished.at("bare").error().message, HasSubstr("brings the words of a chat template"));
  EXPECT_THAT(desk.finished.at("begun").error().message, HasSubstr("begins the reply"));
}

TEST(RemoteVlm, AsksAFurtherTurn) {
  const HostileServer server([](const SeenRequest&, const Wire& wire) { wire.answer(200, chat_json("x")); });
  Desk desk({question("1", "?")});
  desk.further_turn = [](const std::string& id) { return id == "1" ? std::optional(question("2", "And?")) : std::nullopt; };
  run(server, desk);
  EXPECT_THAT(desk.finished, SizeIs(2));
}

TEST(RemoteVlm, LeavesSoonWhenItIsCancelled) {
  const HostileServer server([](const SeenRequest& request, const Wire& wire) {
    if (request.number == 0) wire.answer(200, chat_json("x"));
    else wire.hang();
  });
  Desk desk({question("1", "?"), question("2", "?"), question("3", "?")});
  desk.cancel_after = 1;
  const auto began = std::chrono::steady_clock::now();
  run(server, desk);
  EXPECT_THAT(desk.finished, SizeIs(1)) << "what was under way is not reported";
  EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds(5));
}

TEST(RemoteVlm, SaysOnItsCardWhatIsKnown) {
  const HostileServer server([](const SeenRequest&, const Wire&) {});
  RemoteOptions remote = quick();
  remote.pictures = "jpeg:90";
  const auto model = open_remote_vlm(server.endpoint("org/name"), remote, {});
  EXPECT_EQ(model->card().name, "org/name");
  EXPECT_EQ(model->card().endpoint->pictures, "jpeg:90");
  EXPECT_EQ(model->card().endpoint->url, server.url());
  EXPECT_EQ(model->weights_digest() + model->card().pipeline_digest + model->card().settings_digest + model->card().dtype, "");
}

TEST(RemoteVlm, NeedsItsKeyBeforeItBegins) {
  const HostileServer server([](const SeenRequest&, const Wire&) {});
  RemoteOptions remote = quick();
  remote.api_key_env = "ASSAY_NO_SUCH_KEY";
  EXPECT_THAT(testing::message_of<ConfigError>([&] { (void)open_remote_vlm(server.endpoint(), remote, {}); }), HasSubstr("ASSAY_NO_SUCH_KEY is not set"));
}

}  // namespace
}  // namespace assay
