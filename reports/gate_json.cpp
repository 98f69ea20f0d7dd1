#include "reports/gate_json.h"

#include <concepts>

#include "reports/gate_members.h"
#include "reports/record_json.h"

namespace assay {

template <MaybeConst<GateRecord> T, typename Visit>
void visit_members(T& record, Visit&& visit) {
  visit("verdict", record.verdict);
  if constexpr (std::is_const_v<T>) {
    const std::int64_t exit_code = exit_code_of(record.verdict);
    visit("exit_code", exit_code);
  }
  visit("baseline_name", record.baseline_name);
  visit("baseline_digest", record.baseline_digest);
  visit("candidate_name", record.candidate_name);
  visit("candidate_digest", record.candidate_digest);
  visit("policy", record.policy);
  visit("alpha", record.alpha);
  visit("checks", record.checks);
  visit("metrics", record.metrics);
  visit("behaviours", record.behaviours);
  visit("flips", record.flips);
}

std::string gate_json(const GateRecord& record) { return record_json::write(record, kGateSchema); }

GateRecord parse_gate_json(std::string_view text, std::string_view where) {
  return record_json::read<GateRecord>(text, where, kGateSchema);
}

}  // namespace assay
