#pragma once
#include <memory>
#include <new>
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

/// The encoder's input, megabytes a picture, every value of which is written once. Zeros before that cost up to a fifth of the pictures a second on two cores
/// (docs/speed.md).
using PixelBuffer = std::vector<float, Unfilled<float>>;

}  // namespace assay
