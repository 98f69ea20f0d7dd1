#pragma once
#include <cstddef>
#include <cstdint>

namespace assay {

/// Seeded random numbers, the same on every platform: the standard library's distributions differ between implementations, and intervals
/// must not.
///
/// Source   Steele, Lea & Flood 2014, "Fast splittable pseudorandom number generators", OOPSLA, figure 13 (splitmix64)
class Generator {
 public:
  explicit Generator(std::uint64_t seed) : state_(seed) {}

  /// The stream of one piece of work. It depends on the seed and the piece alone, so threads may take the pieces in any order.
  [[nodiscard]] static Generator of_piece(std::uint64_t seed, std::uint64_t piece) {
    return Generator(Generator(seed).next() ^ Generator(piece).next());
  }

  std::uint64_t next() {
    state_ += 0x9E3779B97F4A7C15;
    std::uint64_t z = state_;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
    return z ^ (z >> 31);
  }
  /// In [0, n) for n below 2^32; biased by less than n / 2^32.
  std::size_t below(std::size_t n) { return static_cast<std::size_t>(((next() >> 32) * n) >> 32); }
  /// In [0, 1).
  double uniform() { return static_cast<double>(next() >> 11) * 0x1p-53; }

 private:
  std::uint64_t state_;
};

}  // namespace assay
