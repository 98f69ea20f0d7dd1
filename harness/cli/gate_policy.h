#pragma once
#include <string>
#include <vector>

#include "harness/gate/policy.h"

namespace assay {

/// The policy in a file, or the default one, with what --waive adds to it. What is wrong with either goes to `problems`.
[[nodiscard]] Policy policy_with(const std::string& file, const std::vector<std::string>& waived, Problems& problems);

}  // namespace assay
