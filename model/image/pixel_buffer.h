#pragma once
#include <memory>
#include <utility>
#include <vector>

namespace assay {

/// Leaves new numbers as they come from memory.
template <typename T>
struct Unfilled : std::allocator<T> {
  template <typename Other>
  struct rebind {
    using other = Unfilled<Other>;
  };
  template <typename Other>
  void construct(Other* at) noexcept {
    ::new (static_cast<void*>(at)) Other;
  }
  template <typename Other, typename... Arguments>
  void construct(Other* at, Arguments&&... arguments) {
    ::new (static_cast<void*>(at)) Other(std::forward<Arguments>(arguments)...);
  }
};

/// The encoder's input, megabytes a picture, every value of which is written once. Zeros before that took a third of the memory traffic of making it, which two cores
/// share.
using PixelBuffer = std::vector<float, Unfilled<float>>;

}  // namespace assay
