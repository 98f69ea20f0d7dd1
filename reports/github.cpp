#include "reports/github.h"

#include <fmt/format.h>

#include <vector>

#include "reports/escaping.h"
#include "reports/gate_text.h"

namespace assay {
namespace {

constexpr std::size_t kMostOfAKind = 10;
constexpr std::size_t kMessageLetters = 1000;

struct Annotation {
  PolicyPlace place;
  std::string title, message;
};

/// The first of them as workflow commands; the last one says how many more there are.
std::string commands(const char* kind, const std::vector<Annotation>& annotations) {
  std::string text;
  for (std::size_t i = 0; i < annotations.size() && i < kMostOfAKind; ++i) {
    const Annotation& one = annotations[i];
    std::string message = shortened(one.message, kMessageLetters);
    if (i + 1 == kMostOfAKind && annotations.size() > kMostOfAKind)
      message += fmt::format(" (and {} more)", annotations.size() - kMostOfAKind);
    text += fmt::format("::{} file={},line={},title={}::{}\n", kind, github_property_escaped(one.place.file), one.place.line,
                        github_property_escaped(shortened(one.title, kMessageLetters)), github_message_escaped(message));
  }
  return text;
}

}  // namespace

std::string gate_github(const GateRecord& record) {
  std::vector<Annotation> errors, warnings,
      notices = {{policy_place(record), "assay gate", fmt::format("{}. {}", verdict_line(record), advice_on(record))}};
  for (const auto& check : failed_checks(record))
    (check.verdict == Verdict::kFail ? errors : warnings)
        .push_back({policy_place(record), fmt::format("{} {}", name_of(check.verdict), check.name), check_sentence(check)});
  for (const auto& metric : record.metrics) {
    const bool is_shown = metric.is_gated ? metric.verdict != Verdict::kPass : is_quarantined(metric);
    if (!is_shown) continue;
    const bool is_notice = !metric.is_gated || metric.verdict == Verdict::kImproved;
    auto& kind = is_notice ? notices : metric.verdict == Verdict::kFail ? errors : warnings;
    kind.push_back({policy_place(record, metric), fmt::format("{} {}", verdict_cell(metric), metric_title(metric)),
                    metric_sentence(metric)});
  }
  return commands("error", errors) + commands("warning", warnings) + commands("notice", notices);
}

}  // namespace assay
