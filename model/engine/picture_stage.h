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
  struct Picture {
    std::shared_future<ImagePool::Prepared> prepared;     ///< invalid once the features are begun
    std::shared_ptr<const FeatureCache::Entry> features;  ///< once they are begun, or from the beginning where they were held
    bool is_encoded_for_this = false;                     ///< and not found
  };
  Request request;
  std::vector<Picture> images;
  StageTimes times;
};

/// A prompt ready to run: tokens, and the pictures' features.
struct Ready {
  RenderedPrompt prompt;
  std::vector<std::shared_ptr<const FeatureCache::Entry>> images;
  StageTimes times;
  std::string tiling;             ///< what their features depend on beside the pixels
  bool is_prefix_shared = false;  ///< another request that waits begins alike, as far as can be told

  /// Tokens up to the end of the last picture; 0 without pictures.
  [[nodiscard]] std::int64_t prefix_length() const { return prompt.slots.empty() ? 0 : prompt.slots.back().position + prompt.slots.back().count; }
};

/// True when the features of one request's pictures serve the other's.
[[nodiscard]] bool has_same_pictures(const Request& one, const Request& other);

/// From a request to its prompt's tokens and its pictures' features: each distinct picture is read, tiled and encoded once, as long as its features are
/// held, in memory or in the files that the options name. On a device with streams pictures are encoded beside what else runs there, those of waiting
/// requests ahead.
class PictureStage {
 public:
  PictureStage(const Family& family, const VlmOptions& options);

  /// Sets the pictures' preparation going, unless their features are held or one of `others` prepares the same.
  [[nodiscard]] Waiting admit(Request request, ImagePool& pool, const std::deque<Waiting>& others = {});

  /// Gives the encoder's stream prepared pictures of requests that wait, the first first; few at a time, and none where there is no such stream.
  void encode_ahead(std::deque<Waiting>& waiting);
  /// False where make_ready() would wait for a picture that could be encoded beside what else there is to do.
  [[nodiscard]] bool is_ready(const Waiting& waiting) const;

  /// Waits for the pictures, encodes what is not held, and writes the prompt.
  [[nodiscard]] Result<Ready> make_ready(Waiting waiting);

 private:
  /// From a picture that is prepared, or is waited for, to its features, or to the encoder's work on them.
  [[nodiscard]] std::optional<SampleFailure> begin_features(Waiting& waiting, std::size_t index);
  void wait_for_features(Waiting& waiting, std::size_t index);
  [[nodiscard]] at::Tensor encode(const StagedImage& image) const;

  const Family& family_;
  std::int64_t encoder_batch_;
  FeatureCache features_;
  std::optional<FeatureFiles> files_;
  SideStream stream_;
  std::vector<std::shared_ptr<const Underway>> ahead_;  ///< what encode_ahead() has begun
};

}  // namespace assay
