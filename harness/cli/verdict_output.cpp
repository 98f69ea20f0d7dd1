#include "harness/cli/verdict_output.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "harness/gate/comparability.h"
#include "harness/gate/gate.h"
#include "reports/formats.h"

namespace assay {

void VerdictOutput::add_options(CommandLine& line, const std::string& policy, const std::string& waived) {
  line.text("policy", policy_file_, fmt::format("YAML: {} (docs/gate.md)", policy));
  line.list("waive", waived_, fmt::format("differences that do not matter: {}; added to the policy's", waived));
  reports_.add_options(line, gate_formats(), "console");
}

Policy VerdictOutput::check(Problems& problems) {
  reports_.check(gate_formats(), problems);
  Policy policy = policy_file_.empty() ? Policy{} : read_policy(policy_file_, problems);
  for (const auto& name : waived_) {
    if (!may_be_waived(name)) problems.push_back(fmt::format("--waive: \"{}\" is nothing that can be waived; groups: {}", name, fmt::join(waivable_groups(), ", ")));
    policy.waived.push_back(name);
  }
  return policy;
}

bool VerdictOutput::shows_samples() const { return reports_.shows_samples(gate_formats()); }

int VerdictOutput::write(const GateRecord& record, const PageContent& page, const Policy& policy) const {
  reports_.write(gate_formats(), record, page);
  return exit_code_of(record, policy);
}

}  // namespace assay
