#pragma once
#include <cstdint>
#include <functional>

namespace assay {

/// Calls `work(begin, end)` on parts of 0 .. count, on as many threads as LibTorch is set to use, and waits for all of them (WorkPool).
void for_ranges(std::int64_t count, const std::function<void(std::int64_t begin, std::int64_t end)>& work);

/// Calls work(i) for each of 0 .. count on one thread alone, several at a time: what it would share out is done in place, LibTorch's operations too. LibTorch's settings of the
/// caller's thread (inference mode and the like) hold there as well.
void for_each_alone(std::int64_t count, const std::function<void(std::int64_t i)>& work);

/// The same as for_ranges for rows of `width` values each that a kernel passes over; a few are done by the caller before another thread would have begun.
void for_rows(std::int64_t rows, std::int64_t width, const std::function<void(std::int64_t begin, std::int64_t end)>& work);

/// Pieces of `most` that `count` makes, the last one perhaps smaller.
[[nodiscard]] constexpr std::int64_t quotient_up(std::int64_t count, std::int64_t most) { return (count + most - 1) / most; }

/// How many of them share the work.
[[nodiscard]] int thread_count();

}  // namespace assay
