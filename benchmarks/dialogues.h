#pragma once
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "benchmarks/benchmark.h"

namespace assay {

/// What was said in each dialogue, for judges that are asked elsewhere: a line of JSON each, {"id": ..., "replies": [...]}, or with `names` a member of its
/// own for each turn. Nothing where no dialogue was asked.
[[nodiscard]] std::optional<Submission> dialogues_submission(std::string file_name, std::span<const Reply> replies, std::span<const std::string_view> names);

}  // namespace assay
