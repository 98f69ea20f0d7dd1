#include "harness/journal.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cmath>
#include <fstream>
#include <functional>
#include <thread>

#include "harness/base/error.h"
#include "harness/base/file.h"
#include "tests/temporary_folder.h"

namespace {
std::atomic<int> g_syncs_begun = 0, g_syncs_ended = 0, g_sync_ms = 0;
}

/// Stands in for libc's in this whole program: counts, takes its time when told to, and does what the other would.
extern "C" int fdatasync(int descriptor) {
  ++g_syncs_begun;
  std::this_thread::sleep_for(std::chrono::milliseconds(g_sync_ms.load()));
  const auto done = static_cast<int>(::syscall(SYS_fdatasync, descriptor));
  ++g_syncs_ended;
  return done;
}

namespace assay {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::TemporaryFolder;

JournalRecord record_of(const std::string& id, const std::string& reply) {
  Generation generation;
  generation.reply = reply;
  generation.token_ids = {5, 92542};
  generation.finish = Finish::kLength;
  generation.image_digests = {"ab", "cd"};
  generation.prompt_digest = "ef";
  generation.prompt_token_count = 300;
  generation.tile_count = 7;
  generation.times = {0.5, 1.25, 100, 20.125, 3};
  return {"fake", id, "key-" + id, generation, {0.1, SampleState::kTruncated, "answer"}, ""};
}

std::string line_of(const JournalRecord& record) {
  std::string line;
  RecordWriter().append(record, line);
  line.pop_back();
  return line;
}

std::vector<std::string> ids_in(const std::filesystem::path& folder, std::vector<std::string>* notes = nullptr) {
  std::vector<std::string> ids;
  auto found = JournalFiles(folder).for_each([&](const JournalRecord& record, RecordPlace) { ids.push_back(record.id); });
  if (notes != nullptr) *notes = std::move(found);
  return ids;
}

TEST(JournalRecord, ComesBackAsItWas) {
  const JournalRecord record = record_of("7", "a chart");
  const JournalRecord back = parse_record(line_of(record), "x");
  EXPECT_EQ(back.benchmark, "fake");
  EXPECT_EQ(back.id, "7");
  EXPECT_EQ(back.content_key, "key-7");
  EXPECT_EQ(back.score.value, 0.1);
  EXPECT_EQ(back.score.state, SampleState::kTruncated);
  EXPECT_EQ(back.score.answer, "answer");
  ASSERT_TRUE(back.generation);
  EXPECT_EQ(back.generation->reply, "a chart");
  EXPECT_THAT(back.generation->token_ids, ElementsAre(5, 92542));
  EXPECT_EQ(back.generation->finish, Finish::kLength);
  EXPECT_THAT(back.generation->image_digests, ElementsAre("ab", "cd"));
  EXPECT_EQ(back.generation->prompt_digest, "ef");
  EXPECT_EQ(back.generation->prompt_token_count, 300);
  EXPECT_EQ(back.generation->tile_count, 7);
  EXPECT_EQ(back.generation->times.prefill_ms, 20.125);
}

TEST(JournalRecord, KeepsWhatAnEndpointSaid) {
  JournalRecord record = record_of("7", "a chart");
  record.generation->endpoint = EndpointUse{"m-1", "eos", 12, -1, 3, 1500.5, -1, 20.25};
  const auto back = parse_record(line_of(record), "x").generation->endpoint;
  ASSERT_TRUE(back);
  EXPECT_EQ(back->model, "m-1");
  EXPECT_EQ(back->finish_reason, "eos");
  EXPECT_EQ(back->prompt_tokens, 12);
  EXPECT_EQ(back->completion_tokens, -1);
  EXPECT_EQ(back->attempts, 3);
  EXPECT_EQ(back->waited_ms, 1500.5);
  EXPECT_EQ(back->first_token_ms, -1);
  EXPECT_EQ(back->reply_ms, 20.25);
  EXPECT_FALSE(parse_record(line_of(record_of("7", "a chart")), "x").generation->endpoint);
}

TEST(JournalRecord, KeepsFailures) {
  JournalRecord record = record_of("7", "");
  record.generation = SampleFailure{"7", "decode", "cut \"short\"\n"};
  record.score = {0, SampleState::kError, ""};
  const JournalRecord back = parse_record(line_of(record), "x");
  ASSERT_FALSE(back.generation);
  EXPECT_EQ(back.generation.error().stage, "decode");
  EXPECT_EQ(back.generation.error().message, "cut \"short\"\n");
}

struct Text {
  const char* name;
  std::string reply;
};
void PrintTo(const Text& text, std::ostream* os) { *os << text.name; }
class Reply : public ::testing::TestWithParam<Text> {};
TEST_P(Reply, SurvivesByteForByte) {
  const std::string line = line_of(record_of("7", GetParam().reply));
  EXPECT_EQ(line.find('\n'), std::string::npos);
  EXPECT_EQ(parse_record(line, "x").generation->reply, GetParam().reply);
}
INSTANTIATE_TEST_SUITE_P(JournalRecord, Reply,
                         ::testing::Values(Text{"newlines", "a\nb\r\nc"}, Text{"nul", std::string("a\0b", 3)},
                                           Text{"quotes", R"("a" \"b\" 'c' \)"}, Text{"emoji", "\xF0\x9F\x93\x88 up"},
                                           Text{"broken_utf8", "a\xFF\xFE b\xC3"}, Text{"lone_surrogate", "\xED\xA0\x80"},
                                           Text{"replacement_mark", "\xEF\xBF\xBD"}, Text{"empty", ""},
                                           Text{"formula", "=1+1"}, Text{"long_url", "https://x.y/" + std::string(3000, 'z')},
                                           Text{"check_member", R"(","check":"00000000000000000000000000000000"})"}),
                         [](const auto& c) { return std::string(c.param.name); });

TEST(JournalRecord, WritesBrokenBytesAsMarksAndHex) {
  const std::string line = line_of(record_of("7", "a\xFF"));
  EXPECT_THAT(line, HasSubstr("\"reply\":\"a\xEF\xBF\xBD\",\"reply_hex\":\"61ff\""));
}

TEST(JournalRecord, NoticesEveryFlippedBit) {
  const std::string line = line_of(record_of("7", "a chart"));
  for (std::size_t i = 0; i < line.size(); ++i) {
    std::string broken = line;
    broken[i] = static_cast<char>(broken[i] ^ 1);
    EXPECT_THROW((void)parse_record(broken, "x"), DataError) << "byte " << i;
  }
}

TEST(JournalRecord, NoticesEveryCut) {
  const std::string line = line_of(record_of("7", "a chart"));
  for (std::size_t length = 0; length < line.size(); ++length)
    EXPECT_THROW((void)parse_record(std::string_view(line).substr(0, length), "x"), DataError) << length << " bytes";
}

TEST(Journal, GivesEachWriterAFileOfItsOwn) {
  const TemporaryFolder folder;
  for (const char* id : {"a", "b", "c"}) JournalWriter(folder.path()).append(record_of(id, "r"));
  EXPECT_TRUE(std::filesystem::exists(folder / "journal-3.jsonl"));
  EXPECT_THAT(ids_in(folder.path()), ElementsAre("a", "b", "c"));
}

TEST(Journal, ReadsNumbersAndNotLetters) {
  const TemporaryFolder folder;
  std::vector<std::string> expected;
  for (int i = 0; i < 12; ++i) {
    expected.push_back(std::to_string(i));
    JournalWriter(folder.path()).append(record_of(expected.back(), "r"));
  }
  EXPECT_EQ(ids_in(folder.path()), expected);  // journal-10 comes after journal-9
}

TEST(Journal, ReachesTheSystemSoonWithoutAFlush) {
  const TemporaryFolder folder;
  JournalWriter writer(folder.path());
  for (int i = 0; i < 3; ++i) writer.append(record_of(std::to_string(i), "r"));
  for (int tries = 0; tries < 200 && ids_in(folder.path()).size() < 3; ++tries) std::this_thread::sleep_for(std::chrono::milliseconds(5));
  EXPECT_EQ(ids_in(folder.path()).size(), 3U);
}

TEST(Journal, PassesOverATornLastLine) {
  const TemporaryFolder folder;
  const std::string whole = line_of(record_of("a", "r")) + "\n", torn = line_of(record_of("b", "r"));
  for (std::size_t length = 1; length <= torn.size(); length += 7) {
    std::ofstream(folder / "journal-1.jsonl", std::ios::trunc) << whole << torn.substr(0, length);
    std::vector<std::string> notes;
    EXPECT_THAT(ids_in(folder.path(), &notes), ElementsAre("a"));
    EXPECT_THAT(notes, ElementsAre(HasSubstr("journal-1.jsonl:2: the last line was cut short")));
  }
}

TEST(Journal, TellsADamagedLineInTheMiddle) {
  const TemporaryFolder folder;
  std::string damaged = line_of(record_of("b", "r"));
  damaged[20] = '#';
  std::ofstream(folder / "journal-1.jsonl") << line_of(record_of("a", "r")) << "\n" << damaged << "\n" << line_of(record_of("c", "r")) << "\n";
  std::vector<std::string> notes;
  EXPECT_THAT(ids_in(folder.path(), &notes), ElementsAre("a", "c"));
  EXPECT_THAT(notes, ElementsAre(HasSubstr("journal-1.jsonl:2: the checksum does not match; its sample is done again")));
}

TEST(Journal, ReadsARecordAtItsPlace) {
  const TemporaryFolder folder;
  for (const char* name : {"one", "two"}) {
    JournalWriter writer(folder.path());
    writer.append(record_of(std::string(name) + "-a", "r"));
    writer.append(record_of(std::string(name) + "-b", "r"));
  }
  JournalFiles files(folder.path());
  std::vector<RecordPlace> places;
  std::vector<std::string> ids;
  files.for_each([&](const JournalRecord& record, RecordPlace place) {
    places.push_back(place);
    ids.push_back(record.id);
  });
  ASSERT_EQ(places.size(), 4U);
  for (const std::size_t i : {3U, 0U, 2U, 1U}) EXPECT_EQ(files.read(places[i]).id, ids[i]);
}

bool comes_true(const std::function<bool()>& condition) {
  for (int i = 0; i < 500 && !condition(); ++i) std::this_thread::sleep_for(std::chrono::milliseconds(10));
  return condition();
}

/// A slow model's records are written one by one as they come; the disk has to be asked for them all the same, long before the end.
TEST(Journal, AsksTheDiskWhileASlowModelRuns) {
  const TemporaryFolder folder;
  JournalWriter writer(folder.path());
  for (const char* id : {"a", "b"}) {
    const int before = g_syncs_ended;
    writer.append(record_of(id, "r"));
    EXPECT_TRUE(comes_true([&] { return g_syncs_ended > before; })) << id;
  }
}

TEST(Journal, FlushWaitsForADiskThatIsAtWork) {
  const TemporaryFolder folder;
  JournalWriter writer(folder.path());
  const int before = g_syncs_begun;
  g_sync_ms = 300;
  writer.append(record_of("a", "r"));
  EXPECT_TRUE(comes_true([&] { return g_syncs_begun > before; }));
  writer.flush();
  EXPECT_EQ(g_syncs_begun.load(), g_syncs_ended.load()) << "flush came back before the disk did";
  g_sync_ms = 0;
}

TEST(Journal, SaysThatTheDiskIsFull) {
  JournalWriter writer(::open("/dev/full", O_WRONLY | O_CLOEXEC), "runs/x/journal-1.jsonl");
  try {
    writer.append(record_of("a", "r"));
    writer.flush();
    FAIL() << "no error";
  } catch (const ModelError& error) {
    EXPECT_THAT(error.what(), HasSubstr("runs/x/journal-1.jsonl: cannot write: No space left on device"));
    EXPECT_EQ(error.exit_code(), 4);
  }
  EXPECT_THROW(writer.append(record_of("b", "r")), ModelError) << "nothing may follow a torn line";
}

}  // namespace
}  // namespace assay
