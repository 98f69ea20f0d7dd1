#include "harness/cli/gate_policy.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "harness/gate/comparability.h"

namespace assay {

Policy policy_with(const std::string& file, const std::vector<std::string>& waived, Problems& problems) {
  Policy policy = file.empty() ? Policy{} : read_policy(file, problems);
  for (const auto& name : waived) {
    if (!may_be_waived(name)) problems.push_back(fmt::format("--waive: \"{}\" is nothing that can be waived; groups: {}", name, fmt::join(waivable_groups(), ", ")));
    policy.waived.push_back(name);
  }
  return policy;
}

}  // namespace assay
