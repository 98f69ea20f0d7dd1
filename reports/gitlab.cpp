#include "reports/gitlab.h"

#include <fmt/format.h>

#include "harness/base/digest.h"
#include "harness/base/json.h"
#include "reports/gate_text.h"

namespace assay {
namespace {

const char* severity_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::kIncomparable:
    case Verdict::kInfra:
      return "blocker";
    case Verdict::kFail:
      return "critical";
    case Verdict::kSuspect:
      return "major";
    case Verdict::kInconclusive:
      return "minor";
    case Verdict::kImproved:
    case Verdict::kPass:
      return "info";
  }
  return "info";
}

/// GitLab wants a path relative to the repository, without "./" in front.
std::string repository_path(std::string path) {
  while (path.starts_with("./")) path.erase(0, 2);
  return path;
}

class Entries {
 public:
  Entries() { document_.SetArray(); }
  /// `identity` says which finding it is, whatever its numbers are.
  void add(Verdict verdict, const char* severity, const std::string& identity, const std::string& description, const PolicyPlace& place) {
    auto& allocator = document_.GetAllocator();
    json::Value lines(rapidjson::kObjectType), location(rapidjson::kObjectType), entry(rapidjson::kObjectType);
    lines.AddMember("begin", place.line, allocator);
    location.AddMember("path", json::string_value(repository_path(place.file), allocator), allocator);
    location.AddMember("lines", lines, allocator);
    entry.AddMember("description", json::string_value(description, allocator), allocator);
    entry.AddMember("check_name", json::string_value(fmt::format("assay-gate-{}", name_of(verdict)), allocator), allocator);
    entry.AddMember("fingerprint", json::string_value(digest_of(fmt::format("{}\n{}", name_of(verdict), identity)), allocator),
                    allocator);
    entry.AddMember("severity", json::string_value(severity, allocator), allocator);
    entry.AddMember("location", location, allocator);
    document_.PushBack(entry, allocator);
  }
  [[nodiscard]] std::string text() const { return json::dump_pretty(document_) + "\n"; }

 private:
  json::Document document_;
};

}  // namespace

std::string gate_gitlab(const GateRecord& record) {
  Entries entries;
  for (const auto& check : failed_checks(record))
    entries.add(check.verdict, severity_of(check.verdict), fmt::format("check\n{}\n{}", check.benchmark, check.name),
                fmt::format("{} {}", name_of(check.verdict), check_sentence(check)), policy_place(record));
  for (const auto& metric : record.metrics) {
    const bool is_finding = metric.is_gated && metric.verdict != Verdict::kPass && metric.verdict != Verdict::kImproved;
    if (!is_finding && !is_quarantined(metric)) continue;
    entries.add(metric.verdict, is_finding ? severity_of(metric.verdict) : "info",
                fmt::format("metric\n{}\n{}\n{}", metric.benchmark, metric.profile, metric.metric),
                fmt::format("{} {}", verdict_cell(metric), metric_sentence(metric)), policy_place(record, metric));
  }
  return entries.text();
}

}  // namespace assay
