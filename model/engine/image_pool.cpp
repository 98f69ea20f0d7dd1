#include "model/engine/image_pool.h"

#include <ATen/ATen.h>

#include <chrono>
#include <system_error>
#include <utility>

#include "model/family_parts.h"
#include "model/tensor/pinned.h"

namespace assay {

Result<StagedImage> stage(const Family& family, const ImageInput& image, std::optional<int> max_tiles, std::size_t image_count) {
  auto prepared = family.prepare(image, max_tiles, image_count);
  if (!prepared) return std::move(prepared).error();
  const auto begin = std::chrono::steady_clock::now();
  const auto owner = std::make_shared<PreparedImage>(std::move(*prepared));
  const auto pixels = at::from_blob(owner->pixels.data(), owner->shape, [owner](void*) {}, at::kFloat);
  auto staged = staged_for(family.decoder().device(), pixels);
  return StagedImage{std::move(owner->view), std::move(staged), owner->decode_ms, owner->preprocess_ms + ms_since(begin)};
}

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
    return std::make_shared<const Result<StagedImage>>(stage(family, image, max_tiles, image_count));
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
