#pragma once
#include <condition_variable>
#include <deque>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "model/family.h"

namespace assay {

/// A picture made ready for the encoder, in memory that its device takes it from.
struct StagedImage {
  ImageView view;
  at::Tensor pixels;  ///< [tiles, 3, S, S] float32 on the CPU; pinned where the model is elsewhere
  double decode_ms = 0;
  double preprocess_ms = 0;
};

/// Family::prepare() into such memory. Any thread.
[[nodiscard]] Result<StagedImage> stage(const Family& family, const ImageInput& image, std::optional<int> max_tiles, std::size_t image_count);

/// Threads that read, decode, tile and normalise pictures ahead of the model. Bounded by its caller, who asks for few at a time.
class ImagePool {
 public:
  using Prepared = std::shared_ptr<const Result<StagedImage>>;

  explicit ImagePool(int threads);
  ~ImagePool();  // finishes what is running, drops what is waiting
  ImagePool(const ImagePool&) = delete;
  ImagePool& operator=(const ImagePool&) = delete;

  [[nodiscard]] std::shared_future<Prepared> prepare(const Family& family, ImageInput image, std::optional<int> max_tiles, std::size_t image_count);

 private:
  void work();

  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::packaged_task<Prepared()>> waiting_;
  bool is_closing_ = false;
  std::vector<std::jthread> threads_;
};

}  // namespace assay
