#include "remote/live_judge.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/base/error.h"
#include "harness/base/file.h"
#include "harness/base/json.h"
#include "tests/remote/hostile_server.h"
#include "tests/temporary_folder.h"

namespace assay {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;
using testing::chat_json;
using testing::HostileServer;
using testing::message_of;
using testing::SeenRequest;
using testing::TemporaryFolder;
using testing::Wire;

void grade(const SeenRequest&, const Wire& wire) { wire.answer(200, chat_json("0.5")); }

JudgeQuestion question(const std::string& id, const std::string& text) { return {id, {{"user", text}}, 3, 0.2}; }

LiveJudgeOptions options_for(const HostileServer& server, const std::string& cache = "") {
  LiveJudgeOptions options;
  options.endpoint = server.endpoint("judge-1");
  options.remote.retries = 0;
  options.remote.timeout_s = 20;
  options.cache_file = cache;
  return options;
}

TEST(LiveJudge, AsksItsPinnedModelAtTemperatureZero) {
  const HostileServer server(grade);
  EXPECT_EQ(make_live_judge(options_for(server))->answer(question("a", "How good?")), "0.5");
  const auto body = json::parse(server.seen().at(0).body, "body");
  EXPECT_STREQ(body["model"].GetString(), "judge-1");
  EXPECT_EQ(body["temperature"].GetDouble(), 0);
  EXPECT_EQ(body["max_tokens"].GetInt(), 3);
}

TEST(LiveJudge, AsksAgainWarmerWhereTheBenchmarkDoes) {
  const HostileServer server(grade);
  auto again = question("a", "How good?");
  again.temperature = 1.5;
  again.is_retry = true;
  (void)make_live_judge(options_for(server))->answer(again);
  EXPECT_EQ(json::parse(server.seen().at(0).body, "body")["temperature"].GetDouble(), 1.5);
}

TEST(LiveJudge, AsksNothingThatIsInItsCache) {
  const TemporaryFolder folder;
  const auto cache = (folder / "judge.jsonl").string();
  const HostileServer server(grade);
  {
    const auto judge = make_live_judge(options_for(server, cache));
    judge->prepare({question("a", "one"), question("b", "two"), question("c", "one")});
    EXPECT_THAT(server.seen(), SizeIs(2)) << "one text is asked once";
  }
  const auto judge = make_live_judge(options_for(server, cache));
  judge->prepare({question("a", "one"), question("b", "two")});
  EXPECT_EQ(judge->answer(question("a", "one")), "0.5");
  EXPECT_THAT(server.seen(), SizeIs(2));
  EXPECT_THAT(judge->notes().at(0), HasSubstr("0 questions asked, 0 tokens said to be used, 2 answers from the cache"));
  EXPECT_THAT(read_recorded_replies(cache).at("b"), ElementsAre("0.5")) << "a cache is a file of recorded replies";
}

TEST(LiveJudge, KeepsWhatItPaidForWhenItsCacheWasCut) {
  const TemporaryFolder folder;
  const auto cache = (folder / "judge.jsonl").string();
  const HostileServer server(grade);
  make_live_judge(options_for(server, cache))->prepare({question("a", "one"), question("b", "two")});
  const auto content = read_file(cache);
  folder.write("judge.jsonl", content.substr(0, content.size() - 20));
  {
    const auto judge = make_live_judge(options_for(server, cache));
    judge->prepare({question("a", "one"), question("b", "two"), question("c", "three")});
    EXPECT_THAT(judge->notes(), ::testing::Contains(HasSubstr("1 damaged lines were left aside")));
  }
  EXPECT_THAT(server.seen(), SizeIs(4)) << "the one that was cut, and the new one";
  make_live_judge(options_for(server, cache))->prepare({question("a", "one"), question("b", "two"), question("c", "three")});
  EXPECT_THAT(server.seen(), SizeIs(4));
}

TEST(LiveJudge, TakesNoOtherFileForItsCache) {
  const TemporaryFolder folder;
  const auto file = folder.write("notes.txt", "my notes\n");
  const HostileServer server(grade);
  EXPECT_THAT(message_of<DataError>([&] { (void)make_live_judge(options_for(server, file.string())); }), HasSubstr("no cache of a judge's answers"));
  EXPECT_EQ(read_file(file), "my notes\n");
  EXPECT_THAT(message_of<ConfigError>([&] { (void)make_live_judge(options_for(server, (folder / "no/such.jsonl").string())); }), HasSubstr("--judge-cache"));
}

TEST(LiveJudge, StopsAtItsBudget) {
  const HostileServer server(grade);
  auto options = options_for(server);
  options.most_calls = 2;
  const auto judge = make_live_judge(options);
  const std::vector<JudgeQuestion> questions = {question("a", "1"), question("b", "2"), question("c", "3"), question("d", "4")};
  judge->prepare(questions);
  int answered = 0;
  for (const auto& asked : questions) answered += judge->answer(asked) ? 1 : 0;
  EXPECT_EQ(answered, 2);
  EXPECT_THAT(server.seen(), SizeIs(2));
  EXPECT_THAT(judge->notes(), ::testing::Contains(HasSubstr("2 questions were not asked")));
}

TEST(LiveJudge, StopsWhenItsTokensAreSpent) {
  const HostileServer server(grade);  // 15 tokens each
  auto options = options_for(server);
  options.most_tokens = 30;
  options.remote.in_flight = 1;
  const auto judge = make_live_judge(options);
  judge->prepare({question("a", "1"), question("b", "2"), question("c", "3"), question("d", "4")});
  EXPECT_THAT(server.seen(), SizeIs(2));
}

TEST(LiveJudge, HasNoAnswerWhereTheQuestionFails) {
  const HostileServer server([](const SeenRequest& request, const Wire& wire) {
    if (request.body.find("bad") != std::string::npos) wire.answer(400, "no");
    else wire.answer(200, chat_json("1"));
  });
  const auto judge = make_live_judge(options_for(server));
  judge->prepare({question("a", "good"), question("b", "bad")});
  EXPECT_EQ(judge->answer(question("a", "good")), "1");
  EXPECT_EQ(judge->answer(question("b", "bad")), std::nullopt);
  EXPECT_THAT(server.seen(), SizeIs(2)) << "what failed is not asked again";
  EXPECT_THAT(judge->notes(), ::testing::Contains(HasSubstr("1 questions failed, so their replies have no score; first: b: endpoint/refused: status 400: no")));
}

TEST(LiveJudge, EndsWhenAnotherModelAnswers) {
  const TemporaryFolder folder;
  const auto cache = (folder / "judge.jsonl").string();
  const HostileServer server([](const SeenRequest& request, const Wire& wire) { wire.answer(200, chat_json("1", "stop", request.number == 0 ? "judge-1-may" : "judge-1-june")); });
  const auto judge = make_live_judge(options_for(server, cache));
  EXPECT_EQ(judge->answer(question("a", "1")), "1");
  EXPECT_THAT(message_of<ModelError>([&] { (void)judge->answer(question("b", "2")); }), HasSubstr("answered as judge-1-may before and as judge-1-june now"));
  EXPECT_EQ(judge->answer(question("a", "1")), "1") << "what was answered stays";
}

TEST(LiveJudge, EndsAtAWrongKey) {
  const HostileServer server([](const SeenRequest&, const Wire& wire) { wire.answer(401, "who are you"); });
  EXPECT_THAT(message_of<ModelError>([&] { (void)make_live_judge(options_for(server))->answer(question("a", "1")); }), HasSubstr("--api-key-env"));
}

}  // namespace
}  // namespace assay
