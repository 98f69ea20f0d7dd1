#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "harness/base/file.h"
#include "harness/base/json.h"
#include "model/checkpoint/npy.h"
#include "model/image/decode.h"
#include "tests/harness/child_process.h"
#include "tests/temporary_folder.h"

/// `assay inspect`.
namespace assay {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::run_fake_model;
using testing::run_fakes;
using testing::TemporaryFolder;

TEST(Inspect, ShowsAPromptAndWhatSharesItsPicture) {
  const auto shown = run_fakes({"inspect", "prompt", "--model", "oracle", "--bench", "fake_small", "--sample", "s3"});
  EXPECT_EQ(shown.exit_code, 0) << shown.err;
  EXPECT_THAT(shown.out, AllOf(HasSubstr("<image>Say w3."), HasSubstr("3 tokens: 1 2 3"), HasSubstr("grid 2x1, 3 tiles"),
                               HasSubstr("shares its picture with 2 other samples: s0, s6")));
  const auto as_json = run_fakes({"inspect", "prompt", "--model", "oracle", "--bench", "fake_small", "--sample", "s3", "--format", "json"});
  EXPECT_EQ(json::parse(as_json.out, "stdout")["token_ids"].Size(), 3U);
}

TEST(Inspect, LooksWithoutReadingAllTheWeights) {
  const TemporaryFolder folder;
  const std::string model = "unreadable-weights", chart = (folder / "chart.png").string(), out = (folder / "x.npy").string();
  std::ofstream(chart) << "bytes";
  const std::string digest_error = "the fake's weights cannot be read";
  EXPECT_THAT(run_fake_model(folder / "run", model, "fake_small").err, HasSubstr(digest_error)) << "a manifest needs their digest";
  EXPECT_EQ(run_fakes({"inspect", "prompt", "--model", model, "--bench", "fake_small", "--sample", "s3"}).err, "");
  EXPECT_EQ(run_fakes({"inspect", "pixels", "--model", model, "--image", chart, "--out", out}).err, "");
  EXPECT_EQ(run_fakes({"inspect", "logits", "--model", model, "--image", chart, "--prompt", "What?", "--out", out}).err, "");
}

TEST(Inspect, WritesPixelsAndTiles) {
  const TemporaryFolder folder;
  std::ofstream(folder / "chart.png") << "bytes";
  const auto ended = run_fakes({"inspect", "pixels", "--model", "oracle", "--image", (folder / "chart.png").string(), "--out",
                            (folder / "x.npy").string(), "--tiles", (folder / "tiles").string()});
  ASSERT_EQ(ended.exit_code, 0) << ended.err;
  const auto array = read_npy<float>(folder / "x.npy");
  EXPECT_THAT(array.shape, ElementsAre(2, 3, 2, 2));
  EXPECT_FLOAT_EQ(array.values[0], static_cast<float>((1 - 0.485) / 0.229));
  const auto white = decode_image(read_file(folder / "tiles" / "tile-00.png"), "tile"), red = decode_image(read_file(folder / "tiles" / "tile-01.png"), "tile");
  ASSERT_TRUE(white && red);
  EXPECT_EQ(white->rgb, std::vector<std::uint8_t>(12, 255));
  EXPECT_THAT(red->rgb, ElementsAre(0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 0, 0));
}

TEST(Inspect, SaysThatAPictureIsMissing) {
  const auto ended = run_fakes({"inspect", "pixels", "--model", "oracle", "--image", "/no/such.png", "--out", "x.npy"});
  EXPECT_EQ(ended.exit_code, 3);
  EXPECT_THAT(ended.err, HasSubstr("--image: there is no file \"/no/such.png\""));
}

TEST(Inspect, WritesLogits) {
  const TemporaryFolder folder;
  std::ofstream(folder / "chart.png") << "bytes";
  const auto ended = run_fakes({"inspect", "logits", "--model", "oracle", "--image", (folder / "chart.png").string(), "--prompt", "What?", "--out",
                            (folder / "x.npy").string()});
  ASSERT_EQ(ended.exit_code, 0) << ended.err;
  EXPECT_EQ(ended.out, "[4], largest: id 2 with 2.5\n");
  EXPECT_THAT(read_npy<float>(folder / "x.npy").values, ElementsAre(0.5F, -1.0F, 2.5F, 0.0F));
}

/// A byte-level BPE of our own: letters a to c, the space, and two merges.
void write_tokenizer(const std::filesystem::path& folder) {
  std::ofstream(folder / "tokenizer.json") << R"({"version":"1.0","truncation":null,"padding":null,
    "added_tokens":[{"id":7,"content":"<end>","single_word":false,"lstrip":false,"rstrip":false,"normalized":false,"special":true}],
    "normalizer":null,"pre_tokenizer":{"type":"ByteLevel","add_prefix_space":false,"trim_offsets":true,"use_regex":true},
    "post_processor":null,"decoder":{"type":"ByteLevel","add_prefix_space":true,"trim_offsets":true,"use_regex":true},
    "model":{"type":"BPE","dropout":null,"unk_token":null,"continuing_subword_prefix":null,"end_of_word_suffix":null,"fuse_unk":false,
    "byte_fallback":false,"vocab":{"a":0,"b":1,"c":2,"\u0120":3,"ab":4,"abc":5,"\u010a":6},"merges":["a b","ab c"]}})";
}

TEST(Inspect, TurnsTextIntoTokensAndBack) {
  const TemporaryFolder folder;
  write_tokenizer(folder.path());
  const auto ids = run_fakes({"inspect", "tokens", "--model", folder.path().string()}, "abc ab\n<end>");
  ASSERT_EQ(ids.exit_code, 0) << ids.err;
  EXPECT_EQ(ids.out, "[5, 3, 4, 6, 7]\n");
  EXPECT_EQ(run_fakes({"inspect", "tokens", "--model", folder.path().string(), "--decode"}, ids.out).out, "abc ab\n<end>");
  EXPECT_EQ(run_fakes({"inspect", "tokens", "--model", folder.path().string(), "--decode", "--skip-special"}, ids.out).out, "abc ab\n");
  const auto wrong = run_fakes({"inspect", "tokens", "--model", folder.path().string(), "--decode"}, "{}");
  EXPECT_EQ(wrong.exit_code, 3);
  EXPECT_THAT(wrong.err, HasSubstr("stdin: expected a JSON array of token ids"));
}

TEST(Inspect, RefusesSentencePieceBesideAnotherProtobuf) {
  const std::string model = ASSAY_SOURCE_DIR "/tests/model/tokenizer/data/tiny-sentencepiece";
  const std::vector<std::string> command = {testing::fakes_binary(), "inspect", "tokens", "--model", model};
  EXPECT_EQ(testing::run_child(command, {}, "abc").exit_code, 0);
  const auto refused = testing::run_child(command, {{"LD_PRELOAD", ASSAY_SECOND_PROTOBUF}, {"ASAN_OPTIONS", "verify_asan_link_order=0"}}, "abc");
  EXPECT_EQ(refused.exit_code, 4);
  EXPECT_THAT(refused.err, HasSubstr("tokenizer.model: SentencePiece does not run in this build"));
}

TEST(Inspect, ShowsWeights) {
  const auto shown = run_fakes({"inspect", "weights", "somewhere"});
  EXPECT_EQ(shown.exit_code, 0) << shown.err;
  EXPECT_THAT(shown.out, AllOf(HasSubstr("family: fake"), HasSubstr("parameters: 1000"), HasSubstr("tensors: every one is there and used")));
}

}  // namespace
}  // namespace assay
