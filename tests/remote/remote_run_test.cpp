#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>

#include "harness/base/file.h"
#include "harness/base/json.h"
#include "tests/harness/child_process.h"
#include "tests/remote/hostile_server.h"
#include "tests/temporary_folder.h"

/// Whole runs of the command line against a server of the test's.
namespace assay {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;
using testing::chat_json;
using testing::Finished;
using testing::HostileServer;
using testing::SeenRequest;
using testing::TemporaryFolder;
using testing::Wire;

constexpr const char* kKey = "sk-do-not-show-0123456789";

/// Answers the fakes' "Say w5.".
void obey(const SeenRequest& request, const Wire& wire) {
  const auto begin = request.body.find("Say ") + 4;
  wire.answer(200, chat_json(request.body.substr(begin, request.body.find('.', begin) - begin)));
}

Finished run(const HostileServer& server, const TemporaryFolder& folder, std::vector<std::string> more = {}, const std::string& bench = "fake_small") {
  std::vector<std::string> command = {testing::fakes_binary(), "run", "--model", "openai:" + server.url() + "#m", "--bench", bench, "--out", (folder / "run").string(),
                                      "--retries", "1"};
  command.insert(command.end(), more.begin(), more.end());
  return testing::run_child(command, {{"ASSAY_TEST_KEY", kKey}});
}

/// Everything that lies in the folder, one after another.
std::string all_files(const TemporaryFolder& folder) {
  std::string all;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder.path()))
    if (entry.is_regular_file()) all += read_file(entry.path());
  return all;
}

TEST(RemoteRun, ScoresAServedModel) {
  const HostileServer server(obey);
  const TemporaryFolder folder;
  const auto finished = run(server, folder, {"--api-key-env", "ASSAY_TEST_KEY", "--price-in", "1000", "--price-out", "100000"});
  ASSERT_EQ(finished.exit_code, 0) << finished.err;
  EXPECT_EQ(server.seen().at(0).headers.at("authorization"), std::string("Bearer ") + kKey);
  EXPECT_THAT(finished.out, HasSubstr("cost: 2.1840 at 1000 and 100000")) << "7 samples of 12 and 3 tokens";
  const auto manifest = json::parse_file(folder / "run/manifest.json");
  EXPECT_STREQ(manifest["fixed"]["endpoint.model"].GetString(), "m");
  EXPECT_STREQ(manifest["fixed"]["endpoint.pictures"].GetString(), "file");
  EXPECT_STREQ(manifest["fixed"]["model.weights_digest"].GetString(), "");
  const auto results = json::parse_file(folder / "run/results.json");
  EXPECT_EQ(results["results"][0]["metrics"][0]["value"].GetDouble(), 100);
  EXPECT_THAT(all_files(folder) + finished.out + finished.err, Not(HasSubstr(kKey)));
}

TEST(RemoteRun, AsksDialoguesTurnByTurnAndGoesOnAtTheTurn) {
  std::atomic<bool> is_mended = false;
  const HostileServer server([&](const SeenRequest& request, const Wire& wire) {
    if (!is_mended && request.body.find("Say w2-2.") != std::string::npos) return wire.answer(400, "not today");
    const auto begin = request.body.rfind("Say ") + 4;
    wire.answer(200, chat_json(request.body.substr(begin, request.body.find('.', begin) - begin)));
  });
  const TemporaryFolder folder;
  EXPECT_EQ(run(server, folder, {"--limit", "4", "--in-flight", "1"}, "fake_dialogues").exit_code, 4);
  EXPECT_LE(server.seen().size(), 12U);
  is_mended = true;
  const auto finished = run(server, folder, {"--limit", "4", "--retry-failed"}, "fake_dialogues");
  ASSERT_EQ(finished.exit_code, 0) << finished.err;
  EXPECT_EQ(json::parse_file(folder / "run/results.json")["results"][0]["metrics"][0]["value"].GetDouble(), 100);
  EXPECT_EQ(server.seen().size(), 13U) << "4 dialogues of 3 turns, one turn twice";
  const auto last = json::parse(server.seen().back().body, "the last request");
  ASSERT_EQ(last["messages"].Size(), 5U);
  EXPECT_STREQ(last["messages"][3]["role"].GetString(), "assistant");
}

TEST(RemoteRun, KeepsAnEchoedKeyOutOfEverything) {
  const HostileServer server([](const SeenRequest& request, const Wire& wire) {
    const std::string said = "header was " + request.headers.at("authorization");
    if (request.number % 2 == 0) wire.answer(400, "{\"error\":{\"message\":\"" + said + "\"}}");
    else wire.answer(200, chat_json(said));
  });
  const TemporaryFolder folder;
  const auto finished = run(server, folder, {"--api-key-env", "ASSAY_TEST_KEY", "--max-failures", "1"});
  ASSERT_EQ(finished.exit_code, 0) << finished.err;
  EXPECT_THAT(all_files(folder) + finished.out + finished.err, AllOf(HasSubstr("header was Bearer [key]"), Not(HasSubstr(kKey))));
}

TEST(RemoteRun, GoesOnWhereTheServerFailed) {
  std::atomic<bool> is_mended = false;
  const HostileServer server([&](const SeenRequest& request, const Wire& wire) {
    if (!is_mended && request.body.find("w3") != std::string::npos) wire.answer(400, "not today");
    else obey(request, wire);
  });
  const TemporaryFolder folder;
  const auto first = run(server, folder, {"--in-flight", "1"});
  EXPECT_EQ(first.exit_code, 4);
  EXPECT_THAT(first.err, AllOf(HasSubstr("endpoint/refused: status 400: not today"), HasSubstr("--retry-failed")));
  const auto asked = server.seen().size();
  is_mended = true;
  const auto second = run(server, folder, {"--retry-failed"});
  ASSERT_EQ(second.exit_code, 0) << second.err;
  EXPECT_EQ(server.seen().size(), 8U) << "7 samples, one of them twice";
  EXPECT_LT(asked, 8U);
  EXPECT_EQ(json::parse_file(folder / "run/results.json")["results"][0]["metrics"][0]["value"].GetDouble(), 100);
}

TEST(RemoteRun, JournalsNothingWhenTheKeyIsWrong) {
  std::atomic<bool> is_mended = false;
  const HostileServer server([&](const SeenRequest& request, const Wire& wire) {
    if (is_mended) obey(request, wire);
    else wire.answer(401, std::string("Incorrect API key provided: ") + kKey);
  });
  const TemporaryFolder folder;
  const auto refused = run(server, folder, {"--api-key-env", "ASSAY_TEST_KEY"});
  EXPECT_EQ(refused.exit_code, 4);
  EXPECT_THAT(refused.err, AllOf(HasSubstr("Incorrect API key provided: [key]"), Not(HasSubstr(kKey))));
  is_mended = true;
  EXPECT_EQ(run(server, folder, {"--api-key-env", "ASSAY_TEST_KEY"}).exit_code, 0) << "no --retry-failed is needed";
}

TEST(RemoteRun, GoesOnWithNoOtherModel) {
  const HostileServer server(obey);
  const TemporaryFolder folder;
  ASSERT_EQ(run(server, folder).exit_code, 0);
  const auto other = run(server, folder, {"--send-pictures", "png"});
  EXPECT_EQ(other.exit_code, 2);
  EXPECT_THAT(other.err, HasSubstr("\"endpoint.pictures\" was \"file\", is now \"png\""));
}

TEST(RemoteRun, TellsAllThatIsWrongAtOnce) {
  const auto finished = testing::run_child({testing::fakes_binary(), "run", "--model", "openai:http://h/v1", "--bench", "fake_small", "--out", "x", "--in-flight", "0",
                                            "--dtype", "float32", "--weights", "int8", "--send-pictures", "gif"});
  EXPECT_EQ(finished.exit_code, 2);
  EXPECT_THAT(finished.err, AllOf(HasSubstr("behind a #"), HasSubstr("--in-flight must be in [1, 1024], got 0"), HasSubstr("--dtype is the server's to choose"), HasSubstr("--weights is the server's to choose"),
                                  HasSubstr("--send-pictures must be file, png, jpeg")));
}

TEST(RemoteRun, IsLookedAtWithoutAsking) {
  const HostileServer server(obey);
  const TemporaryFolder folder;
  const auto finished = run(server, folder, {"--dry-run"});
  EXPECT_EQ(finished.exit_code, 0) << finished.err;
  EXPECT_THAT(finished.out, AllOf(HasSubstr("model: m, served at http://127.0.0.1:"), HasSubstr("7 prompts")));
  EXPECT_THAT(server.seen(), SizeIs(0));
}

Finished score(const HostileServer& server, const TemporaryFolder& folder, std::vector<std::string> more = {}) {
  folder.write("mm-vet.json", R"({"v1_0": {"imagename": "a.png", "question": "q", "answer": "a", "capability": ["ocr"]},)"
                              R"("v1_1": {"imagename": "b.png", "question": "r", "answer": "b", "capability": ["ocr"]}})");
  const auto replies = folder.write("replies.json", R"({"v1_0": "an answer", "v1_1": "another"})").string();
  std::vector<std::string> command = {testing::assay_binary(), "score", "--bench", "mmvet", "--data-dir", (folder / "").string(), "--format", "json", "--predictions", replies,
                                      "--judge", "openai:" + server.url() + "#judge-1", "--judge-cache", (folder / "judge.jsonl").string(), "--retries", "0"};
  command.insert(command.end(), more.begin(), more.end());
  return testing::run_child(command, {{"ASSAY_TEST_KEY", kKey}});
}

TEST(LiveJudgeRun, GradesOnceAndFromItsCacheAfterwards) {
  const HostileServer server([](const SeenRequest&, const Wire& wire) { wire.answer(200, chat_json("0.5", "length", "judge-1")); });
  const TemporaryFolder folder;
  const auto first = score(server, folder, {"--api-key-env", "ASSAY_TEST_KEY"});
  ASSERT_EQ(first.exit_code, 0) << first.err;
  EXPECT_EQ(json::parse(first.out, "stdout")["results"][0]["metrics"][0]["value"].GetDouble(), 50);
  EXPECT_THAT(first.err, HasSubstr("judge judge-1: 2 questions asked"));
  const auto second = score(server, folder);
  EXPECT_EQ(second.out, first.out);
  EXPECT_THAT(server.seen(), SizeIs(2));
  EXPECT_THAT(all_files(folder) + first.out + first.err, Not(HasSubstr(kKey)));
}

TEST(LiveJudgeRun, LeavesScoresAbsentBeyondItsBudget) {
  const HostileServer server([](const SeenRequest&, const Wire& wire) { wire.answer(200, chat_json("1")); });
  const TemporaryFolder folder;
  const auto finished = score(server, folder, {"--judge-budget", "1"});
  ASSERT_EQ(finished.exit_code, 0) << finished.err;
  const auto results = json::parse(finished.out, "stdout");
  EXPECT_EQ(results["results"][0]["states"]["judge-failed"].GetInt(), 1);
  EXPECT_EQ(results["results"][0]["metrics"][0]["count"].GetInt(), 1);
  EXPECT_THAT(finished.err, HasSubstr("1 questions were not asked"));
}

TEST(LiveJudgeRun, RefusesOptionsWithoutAJudge) {
  const auto finished = testing::run_child({testing::assay_binary(), "score", "runs/x", "--judge-budget", "5"});
  EXPECT_EQ(finished.exit_code, 2);
  EXPECT_THAT(finished.err, HasSubstr("belong to --judge openai:URL#MODEL"));
}

}  // namespace
}  // namespace assay
