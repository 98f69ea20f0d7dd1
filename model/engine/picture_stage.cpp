#include "model/engine/picture_stage.h"

#include <ATen/ATen.h>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "model/family_parts.h"
#include "model/tensor/device.h"

namespace assay {
namespace {

constexpr std::int64_t kFeatureBytes = std::int64_t{512} << 20;

/// What the pictures' features depend on beside the pixels.
std::string tiling_key(const Request& request) { return fmt::format("|{}|{}", request.max_tiles.value_or(0), request.prompt.images.size()); }

std::shared_future<ImagePool::Prepared> find_waiting(const std::deque<Waiting>& others, const Request& request, const std::string& key) {
  for (const auto& other : others) {
    if (tiling_key(other.request) != tiling_key(request)) continue;
    for (std::size_t i = 0; i < other.images.size(); ++i) {
      if (other.request.prompt.images[i].key == key && other.images[i].valid()) return other.images[i];
    }
  }
  return {};
}

SampleFailure with_id(SampleFailure failure, const std::string& id) {
  failure.sample_id = id;
  return failure;
}

}  // namespace

bool has_same_pictures(const Request& one, const Request& other) {
  const auto &ours = one.prompt.images, &theirs = other.prompt.images;
  return tiling_key(one) == tiling_key(other) && std::ranges::equal(ours, theirs, {}, &ImageInput::key, &ImageInput::key);
}

PictureStage::PictureStage(const Family& family, const VlmOptions& options)
    : family_(family), encoder_batch_(options.encoder_batch), features_(kFeatureBytes) {
  if (!options.feature_folder.empty()) files_.emplace(options.feature_folder, family);
}

Waiting PictureStage::admit(Request request, ImagePool& pool, const std::deque<Waiting>& others) {
  Waiting waiting{std::move(request), {}};
  const auto& prompt = waiting.request.prompt;
  for (const auto& image : prompt.images) {
    if (features_.find_by_key(image.key + tiling_key(waiting.request))) {
      waiting.images.emplace_back();
      continue;
    }
    auto future = find_waiting(others, waiting.request, image.key);
    waiting.images.push_back(future.valid() ? future : pool.prepare(family_, image, waiting.request.max_tiles, prompt.images.size()));
  }
  return waiting;
}

Result<Ready> PictureStage::make_ready(Waiting waiting, StageTimes& times) {
  Ready ready;
  std::vector<ImageView> views;
  const auto& request = waiting.request;
  ready.tiling = tiling_key(request);
  for (std::size_t i = 0; i < request.prompt.images.size(); ++i) {
    auto features = make_features(request.prompt.images[i], waiting.images[i], request, times);
    if (!features) return with_id(std::move(features).error(), request.id);
    views.push_back((*features)->view);
    ready.images.push_back(std::move(*features));
  }
  auto rendered = family_.render(request.prompt, views);
  if (!rendered) return with_id(std::move(rendered).error(), request.id);
  ready.prompt = std::move(*rendered);
  return ready;
}

Result<std::shared_ptr<const FeatureCache::Entry>> PictureStage::make_features(const ImageInput& image, const Prepared& future, const Request& request,
                                                                               StageTimes& times) {
  const auto tiling = tiling_key(request), key = image.key + tiling;
  if (auto held = features_.find_by_key(key)) return held;
  // Known when the request was admitted, but pushed out of the cache since: prepare it here.
  const auto prepared = future.valid() ? future.get()
                                       : std::make_shared<const Result<PreparedImage>>(family_.prepare(image, request.max_tiles, request.prompt.images.size()));
  if (!*prepared) return prepared->error();
  const auto& ready = **prepared;
  times.image_decode_ms += ready.decode_ms;
  times.preprocess_ms += ready.preprocess_ms;
  const auto digest = ready.view.digest + tiling;
  if (auto held = features_.find_by_digest(digest, key)) return held;
  const auto begin = std::chrono::steady_clock::now();
  auto features = files_ ? files_->find(digest) : std::nullopt;
  if (features) {
    features = features->to(family_.decoder().device());
  } else {
    features = encode(ready);
    wait_for(features->device());
    if (files_) files_->store(digest, features->cpu());
  }
  times.encode_ms += ms_since(begin);
  return features_.insert(digest, key, {ready.view, std::move(*features)});
}

/// Tiles in batches, then put together.  -> [tokens, D]
at::Tensor PictureStage::encode(const PreparedImage& image) const {
  const auto pixels = at::from_blob(const_cast<float*>(image.pixels.data()), image.shape, at::kFloat);  // read only
  std::vector<at::Tensor> parts;
  for (std::int64_t first = 0; first < pixels.size(0); first += encoder_batch_)
    parts.push_back(family_.encode(pixels.narrow(0, first, std::min(encoder_batch_, pixels.size(0) - first))));
  return family_.assemble(at::cat(parts), image.view);
}

}  // namespace assay
