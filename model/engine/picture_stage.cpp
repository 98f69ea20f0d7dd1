#include "model/engine/picture_stage.h"

#include <ATen/ATen.h>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "model/family_parts.h"

namespace assay {
namespace {

constexpr std::int64_t kFeatureBytes = std::int64_t{512} << 20;
constexpr std::size_t kAhead = 2;  // pictures in the encoder's stream: one that runs, and one that follows at once

/// What the pictures' features depend on beside the pixels.
std::string tiling_key(const Request& request) { return fmt::format("|{}|{}", request.max_tiles.value_or(0), request.prompt.images.size()); }

bool is_prepared(const Waiting::Picture& picture) {
  return picture.prepared.valid() && picture.prepared.wait_for(std::chrono::seconds(0)) == std::future_status::ready;
}

std::shared_future<ImagePool::Prepared> find_waiting(const std::deque<Waiting>& others, const Request& request, const std::string& key) {
  for (const auto& other : others) {
    if (tiling_key(other.request) != tiling_key(request)) continue;
    for (std::size_t i = 0; i < other.images.size(); ++i) {
      if (other.request.prompt.images[i].key == key && other.images[i].prepared.valid()) return other.images[i].prepared;
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
    : family_(family), encoder_batch_(options.encoder_batch), features_(kFeatureBytes), stream_(family.decoder().device()) {
  if (!options.feature_folder.empty()) files_.emplace(options.feature_folder, family);
}

Waiting PictureStage::admit(Request request, ImagePool& pool, const std::deque<Waiting>& others) {
  Waiting waiting{std::move(request), {}, {}};
  const auto& prompt = waiting.request.prompt;
  for (const auto& image : prompt.images) {
    if (auto held = features_.find_by_key(image.key + tiling_key(waiting.request))) {
      waiting.images.push_back({{}, std::move(held)});
      continue;
    }
    auto future = find_waiting(others, waiting.request, image.key);
    if (!future.valid()) future = pool.prepare(family_, image, waiting.request.max_tiles, prompt.images.size());
    waiting.images.push_back({std::move(future), nullptr});
  }
  return waiting;
}

void PictureStage::encode_ahead(std::deque<Waiting>& waiting) {
  if (!stream_.is_beside()) return;
  std::erase_if(ahead_, [](const auto& encoding) { return encoding->is_done(); });
  for (auto& one : waiting) {
    for (std::size_t i = 0; i < one.images.size(); ++i) {
      auto& picture = one.images[i];
      if (ahead_.size() >= kAhead) return;
      if (picture.features || !is_prepared(picture)) continue;
      if (begin_features(one, i)) continue;  // make_ready() says why
      if (picture.is_encoded_for_this) ahead_.push_back(picture.features->encoding);
    }
  }
}

bool PictureStage::is_ready(const Waiting& waiting) const {
  return !stream_.is_beside() || std::ranges::all_of(waiting.images, [](const Waiting::Picture& picture) {
    if (picture.features) return !picture.features->encoding || picture.features->encoding->is_done();
    return is_prepared(picture) && !*picture.prepared.get();
  });
}

Result<Ready> PictureStage::make_ready(Waiting waiting) {
  Ready ready;
  std::vector<ImageView> views;
  const auto& request = waiting.request;
  ready.tiling = tiling_key(request);
  for (std::size_t i = 0; i < request.prompt.images.size(); ++i) {
    auto& picture = waiting.images[i];
    if (!picture.features) {
      if (auto failure = begin_features(waiting, i)) return with_id(std::move(*failure), request.id);
    }
    wait_for_features(waiting, i);
    views.push_back(picture.features->view);
    ready.images.push_back(std::move(picture.features));
  }
  auto rendered = family_.render(request.prompt, views);
  if (!rendered) return with_id(std::move(rendered).error(), request.id);
  ready.prompt = std::move(*rendered);
  ready.times = waiting.times;
  return ready;
}

std::optional<SampleFailure> PictureStage::begin_features(Waiting& waiting, std::size_t index) {
  auto& picture = waiting.images[index];
  auto& times = waiting.times;
  const auto tiling = tiling_key(waiting.request), key = waiting.request.prompt.images[index].key + tiling;
  const auto future = std::exchange(picture.prepared, {});
  if ((picture.features = features_.find_by_key(key))) return {};
  const auto prepared = future.get();
  if (!*prepared) {
    picture.prepared = future;
    return prepared->error();
  }
  const auto& staged = **prepared;
  times.image_decode_ms += staged.decode_ms;
  times.preprocess_ms += staged.preprocess_ms;
  const auto digest = staged.view.digest + tiling;
  if ((picture.features = features_.find_by_digest(digest, key))) return {};
  const auto begin = std::chrono::steady_clock::now();
  if (const auto kept = files_ ? files_->find(digest) : std::nullopt) {
    picture.features = features_.insert(digest, key, {staged.view, kept->to(family_.decoder().device())});
    times.encode_ms += ms_since(begin);
    return {};
  }
  auto [features, encoding] = stream_.run([&] { return encode(staged); });
  picture.features = features_.insert(digest, key, {staged.view, std::move(features), std::move(encoding)});
  picture.is_encoded_for_this = true;
  return {};
}

void PictureStage::wait_for_features(Waiting& waiting, std::size_t index) {
  const auto& picture = waiting.images[index];
  const auto& [view, features, encoding] = *picture.features;
  if (!encoding) return;
  const auto ms = encoding->wait();
  if (!picture.is_encoded_for_this) return;
  waiting.times.encode_ms += ms;
  if (files_) files_->store(view.digest + tiling_key(waiting.request), features.cpu());
}

/// Tiles in batches, then put together.  -> [tokens, D]
at::Tensor PictureStage::encode(const StagedImage& image) const {
  const auto device = family_.decoder().device();
  std::vector<at::Tensor> parts;
  for (std::int64_t first = 0; first < image.pixels.size(0); first += encoder_batch_) {
    const auto tiles = image.pixels.narrow(0, first, std::min(encoder_batch_, image.pixels.size(0) - first));
    parts.push_back(family_.encode(tiles.to(device, /*non_blocking=*/true)));
  }
  return family_.assemble(at::cat(parts), image.view);
}

}  // namespace assay
