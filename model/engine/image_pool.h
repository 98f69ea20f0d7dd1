#pragma once
#include <condition_variable>
#include <deque>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "model/family.h"

namespace assay {

/// Threads that read, decode, tile and normalise pictures ahead of the model. Bounded by its caller, who asks for few at a time.
class ImagePool {
 public:
  using Prepared = std::shared_ptr<const Result<PreparedImage>>;

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
