#include "model/engine/time_stages.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <span>
#include <utility>

#include "harness/base/error.h"
#include "model/internvl/config.h"
#include "model/internvl/internvl.h"
#include "model/request_cost.h"
#include "tests/model/engine/tiny_requests.h"
#include "tests/temporary_folder.h"

namespace assay {
namespace {

/// A copy of the tiny checkpoint whose weights are missing but for the header, so that nothing could have read them.
TEST(MeasureCost, CountsExactlyAndReadsNoWeights) {
  const testing::TemporaryFolder folder;
  const auto from = parity("qwen2/checkpoint");
  for (const auto& entry : std::filesystem::directory_iterator(from)) {
    if (entry.path().extension() != ".safetensors") folder.link(entry.path());
  }
  auto bytes = read_file(from / "model.safetensors");
  std::uint64_t header = 0;
  std::memcpy(&header, bytes.data(), sizeof header);
  std::fill(bytes.begin() + static_cast<std::ptrdiff_t>(sizeof header + header), bytes.end(), '\xFF');  // every number a NaN
  folder.write("model.safetensors", bytes);
  VlmOptions options;
  options.batch = 4;
  auto requests = mixed_requests();
  requests[2].prompt.images[0] = {"broken.jpg", "broken", []() -> Result<std::string> { return std::string("no picture"); }};
  const auto cost = measure_cost(folder.path().string(), options, requests);
  const auto model = open_tiny();
  double tiles = 0, tokens = 0;
  for (const auto& request : requests) {
    const auto view = model->view_prompt(request);
    if (view) tiles += view->images[0].tile_count, tokens += static_cast<double>(view->token_ids.size());
  }
  EXPECT_EQ(cost.requests_seen, 20);
  EXPECT_GE(cost.requests_timed, 1) << "as many as fit the time";
  EXPECT_LE(cost.requests_timed, 4);
  EXPECT_DOUBLE_EQ(cost.tiles, tiles / 20);
  EXPECT_DOUBLE_EQ(cost.prompt_tokens, tokens / 20);
  for (const double ms : {cost.prepare_ms, cost.encode_ms, cost.prefill_ms, cost.step_ms + cost.step_ms_per_token}) EXPECT_GT(ms, 0);
  EXPECT_THROW((void)measure_cost(from.string(), options, std::span(requests).subspan(2, 1)), ModelError);
}

TEST(MeasureCost, AddsOneLayerForEachThatWasNotMade) {
  EXPECT_DOUBLE_EQ(extrapolated(5, 7, 1), 5);
  EXPECT_DOUBLE_EQ(extrapolated(5, 7, 2), 7);
  EXPECT_DOUBLE_EQ(extrapolated(5, 7, 24), 5 + 23 * 2);
  EXPECT_DOUBLE_EQ(extrapolated(5, 4.5, 24), 5);
}

TEST(MeasureCost, ConcludesFromOneLayerAndTwo) {
  const auto folder = parity("qwen2/checkpoint");
  VlmOptions options;
  options.threads = 1;
  std::vector<LayerCounts> made;
  const auto sketch = [&](LayerCounts layers) {
    made.push_back(layers);
    return sketch_internvl(folder, options, layers);
  };
  EXPECT_EQ(internvl_layers(folder).language, read_internvl_config(folder).language.layer_count);
  const auto concluded = time_stages(sketch, {20, 10}, false, options, mixed_requests());
  EXPECT_FALSE(concluded.has_all_layers);
  EXPECT_EQ(std::pair(made.front().vision, made.front().language), std::pair(std::int64_t{1}, std::int64_t{1}));
  EXPECT_EQ(std::pair(made.back().vision, made.back().language), std::pair(std::int64_t{2}, std::int64_t{2}));
  made.clear();
  const auto whole = time_stages(sketch, {3, 2}, true, options, mixed_requests());
  EXPECT_TRUE(whole.has_all_layers);
  for (const auto& layers : made) EXPECT_EQ(std::pair(layers.vision, layers.language), std::pair(std::int64_t{3}, std::int64_t{2}));
  for (const auto& cost : {concluded, whole}) EXPECT_GT(cost.encode_ms + cost.prefill_ms + cost.step_ms, 0);
}

}  // namespace
}  // namespace assay
