#include "model/engine/image_pool.h"

#include <system_error>

namespace assay {

ImagePool::ImagePool(int threads) {
  for (int i = 0; i < threads; ++i) {
    try {
      threads_.emplace_back([this] { work(); });
    } catch (const std::system_error&) {  // a container may allow fewer; leaving by the exception would wait for workers that never end
      if (threads_.empty()) throw;
      return;
    }
  }
}

ImagePool::~ImagePool() {
  {
    const std::lock_guard lock(mutex_);
    is_closing_ = true;
    waiting_.clear();
  }
  wake_.notify_all();
}

std::shared_future<ImagePool::Prepared> ImagePool::prepare(const Family& family, ImageInput image, std::optional<int> max_tiles,
                                                           std::size_t image_count) {
  std::packaged_task<Prepared()> task([&family, image = std::move(image), max_tiles, image_count] {
    return std::make_shared<const Result<PreparedImage>>(family.prepare(image, max_tiles, image_count));
  });
  auto future = task.get_future().share();
  {
    const std::lock_guard lock(mutex_);
    waiting_.push_back(std::move(task));
  }
  wake_.notify_one();
  return future;
}

void ImagePool::work() {
  for (;;) {
    std::packaged_task<Prepared()> task;
    {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [this] { return is_closing_ || !waiting_.empty(); });
      if (is_closing_) return;
      task = std::move(waiting_.front());
      waiting_.pop_front();
    }
    task();  // what it throws comes out of the future
  }
}

}  // namespace assay
