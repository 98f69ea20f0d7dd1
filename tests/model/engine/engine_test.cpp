#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <map>

#include "harness/base/error.h"
#include "harness/base/file.h"
#include "model/image/decode.h"
#include "model/image/image.h"
#include "model/image/normalize.h"
#include "tests/model/engine/tiny_requests.h"
#include "tests/temporary_folder.h"

namespace assay {
namespace {

using ::testing::HasSubstr;

struct Setting {
  const char* name;
  DType dtype;
  int batch, encoder_batch, threads;
  bool is_reversed;
  bool reuses_prefixes = true;
  const char* checkpoint = "qwen2/checkpoint";
  std::int64_t kv_bytes = VlmOptions{}.kv_bytes;
  WeightForm weights = WeightForm::kModel;
};
void PrintTo(const Setting& s, std::ostream* out) { *out << s.name; }

std::map<std::string, std::vector<std::int64_t>> replies(const Setting& setting) {
  VlmOptions options;
  options.dtype = setting.dtype;
  options.batch = setting.batch;
  options.encoder_batch = setting.encoder_batch;
  options.threads = setting.threads;
  options.kv_bytes = setting.kv_bytes;
  options.weights = setting.weights;
  if (!setting.reuses_prefixes) options.prefix_bytes = 0;
  auto requests = mixed_requests();
  if (setting.is_reversed) std::reverse(requests.begin(), requests.end());
  List list(requests);
  open_vlm(parity(setting.checkpoint).string(), options)->run(list, list);
  std::map<std::string, std::vector<std::int64_t>> ids;
  for (const auto& [id, generation] : list.finished) ids[id] = generation ? generation->token_ids : std::vector<std::int64_t>{};
  return ids;
}

class Repeatable : public ::testing::TestWithParam<Setting> {};
TEST_P(Repeatable, RepliesDependOnTheirRequestAlone) {
  const Setting alone{"alone", GetParam().dtype, 1, 1, 1, false, false, GetParam().checkpoint, VlmOptions{}.kv_bytes, GetParam().weights};
  const auto expected = replies(alone);
  EXPECT_EQ(expected.size(), 21u);
  for (const auto& [id, ids] : expected) EXPECT_FALSE(ids.empty()) << id;
  EXPECT_EQ(replies(GetParam()), expected);
}
INSTANTIATE_TEST_SUITE_P(Engine, Repeatable,
                         ::testing::Values(Setting{"batch_8", DType::kFloat32, 8, 4, 1, false}, Setting{"batch_3_reversed", DType::kFloat32, 3, 7, 1, true},
                                           Setting{"batch_16", DType::kFloat32, 16, 2, 1, true}, Setting{"two_threads", DType::kFloat32, 8, 4, 2, false},
                                           Setting{"room_for_few", DType::kFloat32, 8, 4, 1, false, true, "qwen2/checkpoint", 100'000},
                                           Setting{"bfloat16_batch_8", DType::kBFloat16, 8, 4, 1, true},
                                           Setting{"bfloat16_two_threads", DType::kBFloat16, 8, 4, 2, false},
                                           Setting{"float16_batch_8", DType::kFloat16, 8, 4, 2, true}),
                         [](const auto& setting) { return setting.param.name; });
/// Every family and layout, with everything changed at once.
INSTANTIATE_TEST_SUITE_P(Families, Repeatable,
                         ::testing::Values(Setting{"internvl_transformers", DType::kFloat32, 5, 7, 2, true, true, "native_qwen2/checkpoint"},
                                           Setting{"llava", DType::kFloat32, 5, 7, 2, true, true, "../llava/original/checkpoint"},
                                           Setting{"llava_transformers", DType::kBFloat16, 5, 7, 2, true, true, "../llava/native/checkpoint"},
                                           Setting{"llava_next", DType::kFloat32, 5, 7, 2, true, true, "../llava/original_next/checkpoint"},
                                           Setting{"llava_next_transformers", DType::kBFloat16, 5, 7, 2, true, true, "../llava/native_next/checkpoint"},
                                           Setting{"xcomposer2", DType::kFloat32, 5, 7, 2, true, true, "../xcomposer/square/checkpoint"},
                                           Setting{"xcomposer2_4khd", DType::kFloat32, 5, 7, 2, true, true, "../xcomposer/4khd/checkpoint"},
                                           Setting{"xcomposer2d5", DType::kBFloat16, 5, 7, 2, true, true, "../xcomposer/2d5/checkpoint"}),
                         [](const auto& setting) { return setting.param.name; });

constexpr auto kRoom = VlmOptions{}.kv_bytes;
INSTANTIATE_TEST_SUITE_P(Int8, Repeatable,
                         ::testing::Values(Setting{"batch_3_reversed", DType::kFloat32, 3, 7, 1, true, true, "qwen2/checkpoint", kRoom, WeightForm::kInt8},
                                           Setting{"batch_16", DType::kFloat32, 16, 2, 2, false, true, "qwen2/checkpoint", kRoom, WeightForm::kInt8},
                                           Setting{"bfloat16_batch_3", DType::kBFloat16, 3, 4, 2, false, true, "qwen2/checkpoint", kRoom, WeightForm::kInt8},
                                           Setting{"bfloat16_batch_16_reversed", DType::kBFloat16, 16, 4, 1, true, true, "internlm2/checkpoint", kRoom, WeightForm::kInt8},
                                           Setting{"llava", DType::kBFloat16, 5, 7, 2, true, true, "../llava/native/checkpoint", kRoom, WeightForm::kInt8},
                                           Setting{"xcomposer", DType::kBFloat16, 5, 7, 2, true, true, "../xcomposer/2d5/checkpoint", kRoom, WeightForm::kInt8}),
                         [](const auto& setting) { return setting.param.name; });

/// Several questions on each picture, one after the other, as a run asks them.
std::vector<Request> questions_by_picture() {
  std::vector<Request> requests;
  for (const char* name : {"wide.png", "square.png", "tall.png"}) {
    for (int i = 0; i < 4; ++i) {
      Request request;
      request.id = std::string(name) + std::to_string(i);
      request.prompt.images.push_back(picture(name));
      request.prompt.turns.push_back({Role::kUser, {{"", 0}, {std::string(static_cast<std::size_t>(7 * i + 1), 'y') + "?", Part::kNoImage}}});
      request.decoding.max_new_tokens = 4;
      request.options = i == 3 ? std::vector<std::string>{"red", "a blue boat"} : std::vector<std::string>{};
      requests.push_back(request);
    }
  }
  return requests;
}

std::map<std::string, Result<Generation>> serve(const std::string& checkpoint, DType dtype, std::int64_t prefix_bytes) {
  VlmOptions options;
  options.dtype = dtype;
  options.prefix_bytes = prefix_bytes;
  List list(questions_by_picture());
  open_vlm(parity(checkpoint).string(), options)->run(list, list);
  return std::move(list.finished);
}

struct Reuse {
  const char* checkpoint;
  DType dtype;
};
void PrintTo(const Reuse& reuse, std::ostream* out) { *out << reuse.checkpoint; }

class PrefixReuse : public ::testing::TestWithParam<Reuse> {};
TEST_P(PrefixReuse, ChangesNoBitOfALikelihoodAndNoReply) {
  const auto without = serve(GetParam().checkpoint, GetParam().dtype, 0), with = serve(GetParam().checkpoint, GetParam().dtype, std::int64_t{1} << 30);
  std::int64_t reused = 0;
  ASSERT_EQ(with.size(), 12U);
  for (const auto& [id, generation] : with) {
    ASSERT_TRUE(generation) << id;
    const auto& plain = without.at(id);
    ASSERT_TRUE(plain) << id;
    EXPECT_EQ(generation->token_ids, plain->token_ids) << id;
    EXPECT_EQ(generation->option_log_probabilities, plain->option_log_probabilities) << id << ": to the last bit";
    EXPECT_EQ(generation->option_log_probabilities.size(), id.ends_with("3") ? 2U : 0U) << id;
    EXPECT_EQ(plain->reused_token_count, 0) << id;
    reused += generation->reused_token_count > 0 ? 1 : 0;
    EXPECT_LT(generation->reused_token_count, generation->prompt_token_count) << id;
  }
  EXPECT_EQ(reused, 9) << "all but the first question on each picture";
}
INSTANTIATE_TEST_SUITE_P(Engine, PrefixReuse,
                         ::testing::Values(Reuse{"qwen2/checkpoint", DType::kFloat32}, Reuse{"qwen2/checkpoint", DType::kBFloat16},
                                           Reuse{"llama/checkpoint", DType::kFloat32}, Reuse{"native_qwen2/checkpoint", DType::kBFloat16},
                                           Reuse{"qwen2/checkpoint", DType::kFloat16}, Reuse{"../llava/original/checkpoint", DType::kFloat16}),
                         [](const auto& reuse) { return std::string("case_") + std::to_string(reuse.index); });
/// The last question on each picture ranks its options: so every family is seen to rank, and to rank alike with and without reuse.
INSTANTIATE_TEST_SUITE_P(Families, PrefixReuse,
                         ::testing::Values(Reuse{"../llava/original/checkpoint", DType::kFloat32}, Reuse{"../llava/native/checkpoint", DType::kFloat32},
                                           Reuse{"../llava/original_next/checkpoint", DType::kFloat32}, Reuse{"../llava/native_next/checkpoint", DType::kBFloat16},
                                           Reuse{"../xcomposer/square/checkpoint", DType::kFloat32}, Reuse{"../xcomposer/4khd/checkpoint", DType::kFloat32},
                                           Reuse{"../xcomposer/2d5/checkpoint", DType::kBFloat16}),
                         [](const auto& reuse) { return std::string("case_") + std::to_string(reuse.index); });

TEST(PrefixReuse, LeavesPositionsThatStretchWithTheLengthAlone) {
  for (const auto& [id, generation] : serve("phi3/checkpoint", DType::kFloat32, std::int64_t{1} << 30)) {
    ASSERT_TRUE(generation) << id << ": " << generation.error().message;
    if (generation->prompt_token_count <= 197) continue;  // its original positions
    EXPECT_TRUE(generation->reused_token_count == 0 || generation->reused_token_count > 197) << id;
  }
}

TEST(Engine, FailsOneSampleAndServesTheRest) {
  auto requests = mixed_requests();
  requests[1].prompt.images[0].key = "elsewhere";
  requests[1].prompt.images[0].read_bytes = [] { return SampleFailure{"", "read", "no such file: elsewhere"}; };
  requests[2].prompt.images[0] = {"broken.jpg", "broken", []() -> Result<std::string> { return std::string("\xFF\xD8\xFF nothing more"); }};
  List list(requests);
  open_tiny()->run(list, list);
  EXPECT_EQ(list.finished.size(), 21u);
  EXPECT_EQ(list.finished.at("1").error().stage, "read");
  EXPECT_EQ(list.finished.at("1").error().sample_id, "1");
  EXPECT_THAT(list.finished.at("2").error().message, HasSubstr("broken.jpg"));
  EXPECT_EQ(std::count_if(list.finished.begin(), list.finished.end(), [](const auto& f) { return f.second.has_value(); }), 19);
}

TEST(Engine, RefusesABeamSearchThatSamplesAndServesTheRest) {
  auto requests = mixed_requests();
  requests.resize(2);
  requests[1].decoding.beams = 3;
  requests[1].decoding.do_sample = true;
  List list(requests);
  open_tiny()->run(list, list);
  EXPECT_TRUE(list.finished.at("0"));
  EXPECT_THAT(list.finished.at("1").error().message, HasSubstr("does not sample"));
}

/// A copy of a tiny checkpoint with one thing changed in its config.json.
void copy_changed(const std::string& variant, const std::string& from, const std::string& to, const testing::TemporaryFolder& folder) {
  const auto source = parity(variant + "/checkpoint");
  for (const auto& entry : std::filesystem::directory_iterator(source)) {
    if (entry.path().filename() != "config.json") folder.link(entry.path());
  }
  auto config = read_file(source / "config.json");
  const auto at = config.find(from);
  ASSERT_NE(at, std::string::npos);
  folder.write("config.json", config.replace(at, from.size(), to));
}

/// Prompts fit the window; the longer replies outgrow it on their way.
TEST(Engine, FailsAReplyThatOutgrowsTheWindowAndServesTheRest) {
  auto requests = mixed_requests();
  requests.resize(4);
  for (auto& request : requests) request.prompt = mixed_requests()[0].prompt, request.decoding.min_new_tokens = request.decoding.max_new_tokens;
  VlmOptions options;
  options.dtype = DType::kFloat32;
  const auto prompt = open_vlm(parity("phi3/checkpoint").string(), options)->view_prompt(requests[0]);
  ASSERT_TRUE(prompt);
  const testing::TemporaryFolder folder;
  copy_changed("phi3", "\"sliding_window\": null", fmt::format("\"sliding_window\": {}", prompt->token_ids.size() + 8), folder);
  List list(requests);
  open_vlm(folder.path().string(), options)->run(list, list);
  ASSERT_EQ(list.finished.size(), 4u);
  for (const auto* fits : {"0", "1"}) EXPECT_TRUE(list.finished.at(fits)) << fits;
  for (const auto* outgrows : {"2", "3"}) {
    ASSERT_FALSE(list.finished.at(outgrows)) << outgrows;
    EXPECT_EQ(list.finished.at(outgrows).error().stage, "generate");
    EXPECT_THAT(list.finished.at(outgrows).error().message, HasSubstr("sliding window"));
  }
}

TEST(Engine, FailsAPromptLongerThanTheWindowAndServesTheRest) {
  std::vector<Request> requests(2, mixed_requests()[0]);
  requests[0].decoding.max_new_tokens = requests[1].decoding.max_new_tokens = 1;
  requests[1].id = "longer";
  requests[1].prompt.turns[0].parts[1].text += " And where?";
  VlmOptions options;
  options.dtype = DType::kFloat32;
  const auto prompt = open_vlm(parity("phi3/checkpoint").string(), options)->view_prompt(requests[0]);
  ASSERT_TRUE(prompt);
  const testing::TemporaryFolder folder;
  copy_changed("phi3", "\"sliding_window\": null", fmt::format("\"sliding_window\": {}", prompt->token_ids.size()), folder);
  List list(requests);
  open_vlm(folder.path().string(), options)->run(list, list);
  EXPECT_TRUE(list.finished.at("0")) << "it fills the window";
  ASSERT_FALSE(list.finished.at("longer"));
  EXPECT_EQ(list.finished.at("longer").error().stage, "prefill");
  EXPECT_THAT(list.finished.at("longer").error().message, HasSubstr("more than the sliding window of"));
}

std::string little_endian(std::uint32_t value) {
  std::string bytes;
  for (int i = 0; i < 4; ++i) bytes += static_cast<char>(value >> (8 * i));
  return bytes;
}

/// Black, of one row and one bit a pixel.
std::string long_bmp(std::uint32_t width) {
  using namespace std::string_literals;
  return "BM"s + little_endian(0) + little_endian(0) + little_endian(62) + little_endian(40) + little_endian(width) + little_endian(1) +
         "\1\0\1\0"s + std::string(24, '\0') + "\0\0\0\0\xFF\0\0\0"s + std::string((width + 31) / 32 * 4, '\0');
}

TEST(Engine, RefusesAPictureWhoseResizingWouldTakeAllMemory) {
  const auto picture_of = [](std::uint32_t width) {
    return ImageInput{"long.bmp", "long", [width]() -> Result<std::string> { return long_bmp(width); }};
  };
  const auto model = open_tiny();
  EXPECT_TRUE(model->view_pixels(picture_of(100'000), {}));
  const auto refused = model->view_pixels(picture_of(2'000'000), {});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().stage, "preprocess");
  EXPECT_THAT(refused.error().message, HasSubstr("long.bmp: 2000000 x 1 pixels; a side of more than 1048576 is not resized"));
}

TEST(Engine, StopsSoonWhenCancelled) {
  List list(mixed_requests());
  list.cancel_after = 2;
  open_tiny()->run(list, list);
  EXPECT_GE(list.finished.size(), 2u);
  EXPECT_LT(list.finished.size(), 21u);
}

/// A short reply overtakes a long one where both are written at once, and waits for it where keys and values have room for one alone.
TEST(Engine, WritesAsManyRepliesAtOnceAsKeysAndValuesHaveRoomFor) {
  auto requests = mixed_requests();
  requests = {requests[3], requests[4]};
  requests[0].decoding.max_new_tokens = requests[0].decoding.min_new_tokens = 20;
  requests[1].decoding.max_new_tokens = 2;
  VlmOptions options;
  for (const auto& [bytes, order] : {std::pair(options.kv_bytes, std::vector<std::string>{"4", "3"}), std::pair(std::int64_t{1}, std::vector<std::string>{"3", "4"})}) {
    options.kv_bytes = bytes;
    List list(requests);
    open_vlm(parity("qwen2/checkpoint").string(), options)->run(list, list);
    EXPECT_EQ(list.order, order) << bytes;
  }
}

TEST(Engine, CutsTheReplyAtAStopText) {
  auto request = mixed_requests()[3];
  List whole({request});
  const auto model = open_tiny();
  model->run(whole, whole);
  const auto reply = whole.finished.at("3")->reply;
  ASSERT_GT(reply.size(), 3u);
  request.decoding.stop = {reply.substr(reply.size() - 2)};
  List cut({request});
  model->run(cut, cut);
  EXPECT_EQ(cut.finished.at("3")->finish, Finish::kStop);
  EXPECT_EQ(cut.finished.at("3")->reply.find(request.decoding.stop[0]), std::string::npos);
}

TEST(Engine, CountsPromptTilesAndTimes) {
  List list({mixed_requests()[1]});
  open_tiny()->run(list, list);
  const auto& generation = *list.finished.at("1");
  EXPECT_EQ(generation.tile_count, 7);
  EXPECT_EQ(generation.image_digests.size(), 1u);
  EXPECT_GT(generation.prompt_token_count, 7 * 4);
  EXPECT_GT(generation.times.encode_ms, 0);
  EXPECT_GT(generation.times.decode_ms, 0);
}

/// Ranking by likelihood agrees with the logits of the first token.
TEST(Engine, RanksOptionsByLikelihood) {
  const auto model = open_tiny();
  auto request = mixed_requests()[0];
  request.options = {"A", "B", "yes it is", "C"};
  List list({request});
  model->run(list, list);
  const auto& generation = *list.finished.at("0");
  ASSERT_EQ(generation.option_log_probabilities.size(), 4u);
  EXPECT_EQ(generation.finish, Finish::kRanked);
  const auto& sums = generation.option_log_probabilities;
  EXPECT_EQ(generation.reply, request.options[static_cast<std::size_t>(std::max_element(sums.begin(), sums.end()) - sums.begin())]);
  EXPECT_TRUE(std::all_of(sums.begin(), sums.end(), [](double sum) { return sum < 0; }));
}

TEST(Engine, WritesBesideRankingWhenAsked) {
  auto requests = mixed_requests();
  requests.resize(2);
  for (auto& request : requests) request.options = {"A", "B"};
  requests[1] = requests[0], requests[1].id = "too", requests[1].writes_too = true;
  auto plain = requests[0];
  plain.id = "plain", plain.options.clear();
  requests.push_back(plain);
  List list(requests);
  open_tiny()->run(list, list);
  const auto &ranked = *list.finished.at("0"), &both = *list.finished.at("too"), &written = *list.finished.at("plain");
  EXPECT_EQ(ranked.finish, Finish::kRanked);
  EXPECT_TRUE(ranked.token_ids.empty());
  EXPECT_EQ(both.option_log_probabilities, ranked.option_log_probabilities);
  EXPECT_EQ(both.token_ids, written.token_ids);
  EXPECT_EQ(both.reply, written.reply);
  EXPECT_TRUE(written.option_log_probabilities.empty());
}

/// Another picture of the same size, painted by hand, gives the same prompt.
TEST(OpenVlm, ShowsOnePlainColourWhenPicturesAreBlanked) {
  VlmOptions options;
  options.blanks_pictures = true;
  const auto request = mixed_requests().front();
  const auto seen = open_tiny()->view_prompt(request), blanked = open_vlm(parity("qwen2/checkpoint").string(), options)->view_prompt(request);
  ASSERT_TRUE(seen && blanked);
  Image plain(seen->images[0].width, seen->images[0].height);
  fill(plain, kImageNetMeanColour);
  EXPECT_EQ(blanked->images[0].digest, pixel_digest(plain));
  EXPECT_NE(seen->images[0].digest, blanked->images[0].digest);
  EXPECT_EQ(seen->token_ids, blanked->token_ids);
}

/// Of every family: the picture that the encoder gets is the square, whatever the family does with it next.
TEST(OpenVlm, SetsAPictureIntoABlackSquareWhereAsked) {
  constexpr std::uint8_t kBlack[3] = {0, 0, 0};
  const auto square = pad_to_square(*decode_image(read_file(parity("pictures/wide.png")), "wide.png"), kBlack);
  for (const char* checkpoint : {"qwen2/checkpoint", "../llava/native/checkpoint", "../xcomposer/square/checkpoint"}) {
    auto request = mixed_requests()[1];
    request.prompt.images.front().is_squared = true;
    const auto view = open_vlm(parity(checkpoint).string(), {})->view_prompt(request);
    ASSERT_TRUE(view) << view.error().message;
    EXPECT_EQ(view->images.front().digest, pixel_digest(square)) << checkpoint;
  }
}

TEST(OpenVlm, GoesOnWithAReplyThatHasBegun) {
  auto request = mixed_requests().front();
  request.prompt.turns.push_back({Role::kAssistant, {{"The answer is", Part::kNoImage}}});
  const auto view = open_tiny()->view_prompt(request);
  ASSERT_TRUE(view);
  EXPECT_TRUE(view->text.ends_with("<|im_start|>assistant\nThe answer is")) << view->text;
}

TEST(OpenVlm, TakesABareTurnOrSaysWhyNot) {
  auto request = mixed_requests().front();
  request.prompt.turns.front().role = Role::kBare;
  for (const char* checkpoint : {"qwen2/checkpoint", "../llava/original/checkpoint"}) {
    const auto view = open_vlm(parity(checkpoint).string(), {})->view_prompt(request);
    ASSERT_FALSE(view) << checkpoint;
    EXPECT_THAT(view.error().message, HasSubstr("brings the words of another family's template"));
  }
  EXPECT_TRUE(open_vlm(parity("../xcomposer/4khd/checkpoint").string(), {})->view_prompt(request));
}

TEST(Engine, FailsOnlyTheRequestWhoseTokenHasNoRow) {
  const testing::TemporaryFolder folder;
  for (const auto& entry : std::filesystem::directory_iterator(parity("qwen2/checkpoint"))) {
    if (entry.path().filename() != "tokenizer_config.json") folder.link(entry.path());
  }
  const std::string tokens = "\"added_tokens_decoder\": {";
  auto config = read_file(parity("qwen2/checkpoint/tokenizer_config.json"));
  ASSERT_NE(config.find(tokens), std::string::npos);
  config.insert(config.find(tokens) + tokens.size(), R"("5000": {"content": "<far>", "lstrip": false, "normalized": false, "rstrip": false, "special": true},)");
  folder.write("tokenizer_config.json", config);
  std::vector<Request> requests(2);
  for (std::size_t i = 0; i < 2; ++i) {
    requests[i].id = std::to_string(i);
    requests[i].prompt.turns = {{Role::kUser, {{i == 0 ? "Near." : "A <far> one.", Part::kNoImage}}}};
    requests[i].decoding.max_new_tokens = 2;
  }
  List list(requests);
  open_vlm(folder.path().string(), {})->run(list, list);
  EXPECT_TRUE(list.finished.at("0"));
  ASSERT_FALSE(list.finished.at("1"));
  EXPECT_THAT(list.finished.at("1").error().message, HasSubstr("token 5000 has no row among the model's 372 embeddings"));
}

TEST(OpenVlm, SaysWhatIsWrongWithAFolder) {
  const auto message = [](const std::string& path, VlmOptions options = {}) -> std::string {
    try {
      (void)open_vlm(path, options);
    } catch (const Error& error) {
      return error.what();
    }
    return "no error";
  };
  EXPECT_THAT(message("no/such/folder"), HasSubstr("no such checkpoint folder"));
  EXPECT_THAT(message(parity("pictures").string()), HasSubstr("expected a checkpoint folder with a config.json"));
  VlmOptions options;
  options.chat_template = "internvl2.5";
  EXPECT_THAT(message(parity("qwen2/checkpoint").string(), options), HasSubstr("did you mean \"internvl2_5\"?"));
  const testing::TemporaryFolder no_such_layer, layer_list, no_such_side;
  copy_changed("qwen2", "\"select_layer\": -1", "\"select_layer\": 60", no_such_layer);
  EXPECT_THAT(message(no_such_layer.path().string()), HasSubstr("the output of layer 60 is not one of theirs"));
  copy_changed("qwen2", "\"select_layer\": -1", "\"select_layer\": [-1, -2]", layer_list);
  EXPECT_THAT(message(layer_list.path().string()), HasSubstr("\"select_layer\" must be one layer's number, got [-1,-2]"));
  copy_changed("qwen2", "\"force_image_size\": 56", "\"force_image_size\": 0", no_such_side);
  EXPECT_THAT(message(no_such_side.path().string()), HasSubstr("a tile of 0 pixels"));
  options = {};
  options.device = "cuda";
  EXPECT_THAT(message(parity("qwen2/checkpoint").string(), options), HasSubstr("device \"cuda\": "));
}

}  // namespace
}  // namespace assay
