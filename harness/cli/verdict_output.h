#pragma once
#include <string>
#include <vector>

#include "harness/cli/command_line.h"
#include "harness/cli/report_output.h"
#include "harness/gate/policy.h"
#include "reports/gate_record.h"

namespace assay {

/// What verbs that end in a gate's verdict have in common: the policy that they judge by, and where the verdict goes.
class VerdictOutput {
 public:
  /// --policy, --waive, --format, --out and --html-folder; `policy` and `waived` say what of each the verb looks at.
  void add_options(CommandLine& line, const std::string& policy, const std::string& waived);
  /// The policy in the file, or the default one, with what --waive adds to it. What is wrong with any of the options goes to `problems`.
  [[nodiscard]] Policy check(Problems& problems);
  [[nodiscard]] bool shows_samples() const;
  /// Bytes of thumbnails that there is room for (RunPages).
  [[nodiscard]] std::size_t picture_room() const { return reports_.picture_room(); }
  /// Writes the reports; what the process ends with.
  [[nodiscard]] int write(const GateRecord& record, const PageContent& page, const Policy& policy) const;

 private:
  std::string policy_file_;
  std::vector<std::string> waived_;
  ReportOutput reports_;
};

}  // namespace assay
