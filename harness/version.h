#pragma once

namespace assay {

/// "0.1.0"; the scorers' and prompts' version too, as they come in the same binary.
[[nodiscard]] const char* version();

}  // namespace assay
