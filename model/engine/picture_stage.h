#pragma once
#include <cstdint>
#include <deque>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "model/engine/feature_cache.h"
#include "model/engine/feature_files.h"
#include "model/engine/image_pool.h"
#include "model/family.h"

namespace assay {

/// A request that waits for its pictures.
struct Waiting {
  Request request;
  std::vector<std::shared_future<ImagePool::Prepared>> images;  ///< an invalid future: the features are held already
};

/// A prompt ready to run: tokens, and the pictures' features.
struct Ready {
  RenderedPrompt prompt;
  std::vector<std::shared_ptr<const FeatureCache::Entry>> images;
  std::string tiling;             ///< what their features depend on beside the pixels
  bool is_prefix_shared = false;  ///< another request that waits begins alike, as far as can be told

  /// Tokens up to the end of the last picture; 0 without pictures.
  [[nodiscard]] std::int64_t prefix_length() const { return prompt.slots.empty() ? 0 : prompt.slots.back().position + prompt.slots.back().count; }
};

/// True when the features of one request's pictures serve the other's.
[[nodiscard]] bool has_same_pictures(const Request& one, const Request& other);

/// From a request to its prompt's tokens and its pictures' features: each distinct picture is read, tiled and encoded once, as long as its features are
/// held, in memory or in the files that the options name.
class PictureStage {
 public:
  PictureStage(const Family& family, const VlmOptions& options);

  /// Sets the pictures' preparation going, unless their features are held or one of `others` prepares the same.
  [[nodiscard]] Waiting admit(Request request, ImagePool& pool, const std::deque<Waiting>& others = {});

  /// Waits for the pictures, encodes what is not held, and writes the prompt.
  [[nodiscard]] Result<Ready> make_ready(Waiting waiting, StageTimes& times);

 private:
  using Prepared = std::shared_future<ImagePool::Prepared>;
  [[nodiscard]] Result<std::shared_ptr<const FeatureCache::Entry>> make_features(const ImageInput& image, const Prepared& future, const Request& request,
                                                                                 StageTimes& times);
  [[nodiscard]] at::Tensor encode(const PreparedImage& image) const;

  const Family& family_;
  std::int64_t encoder_batch_;
  FeatureCache features_;
  std::optional<FeatureFiles> files_;
};

}  // namespace assay
