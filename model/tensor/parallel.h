#pragma once
#include <cstdint>
#include <functional>

namespace assay {

/// Calls `work(begin, end)` on parts of 0 .. count, on as many threads as LibTorch is set to use, and waits for all of them (WorkPool).
void for_ranges(std::int64_t count, const std::function<void(std::int64_t begin, std::int64_t end)>& work);

/// Values that a thread is done with before another would have begun.
inline constexpr std::int64_t kWorthSharing = 32'768;

/// How many of them share the work.
[[nodiscard]] int thread_count();

}  // namespace assay
