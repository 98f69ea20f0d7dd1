#pragma once

namespace assay {

/// What a test of "the true value is the null" looks for.
enum class Alternative { kGreater, kLess, kTwoSided };

}  // namespace assay
