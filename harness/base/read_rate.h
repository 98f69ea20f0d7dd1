#pragma once

namespace assay {

/// Bytes a second that `threads` threads together read of an array far larger than the caches: the median of several passes after one that is not
/// counted. Takes a second or less, and 256 MiB.
[[nodiscard]] double read_rate(int threads);

}  // namespace assay
