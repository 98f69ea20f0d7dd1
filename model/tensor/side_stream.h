#pragma once
#include <ATen/core/Tensor.h>

#include <functional>
#include <memory>

namespace assay {

/// What was given to a device in a stream of its own, and when that is done.
class Underway {
 public:
  virtual ~Underway() = default;
  /// True once it is done; does not wait.
  [[nodiscard]] virtual bool is_done() const = 0;
  /// Waits until it is done and says how long the device took, in milliseconds.
  virtual double wait() const = 0;
};

/// A stream of work on a device beside its current one: pictures are encoded there while replies are written. On the CPU, and on a device or in a LibTorch (below
/// 2.4) without streams and events, there is none, and work is done at once.
class SideStream {
 public:
  explicit SideStream(at::Device device);
  ~SideStream();

  /// False where work is done at once.
  [[nodiscard]] bool is_beside() const noexcept { return stream_ != nullptr; }

  struct Started {
    at::Tensor value;  ///< for the current stream to read once `underway` is done, and for nobody else
    std::shared_ptr<const Underway> underway;
  };
  /// Gives the device what `work` does, behind all that its current stream was given before, and comes back without waiting for it.
  [[nodiscard]] Started run(const std::function<at::Tensor()>& work) const;

 private:
  struct Stream;
  at::Device device_;
  std::unique_ptr<Stream> stream_;
};

}  // namespace assay
