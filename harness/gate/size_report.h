#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "harness/gate/sample_size.h"

namespace assay {

inline constexpr const char* kPlanSchema = "assay.plan/1";

/// A subset that was written.
struct SubsetNote {
  std::string file;
  std::uint64_t seed = 0;
  std::int64_t samples = 0;
  double units = 0;
  std::int64_t clusters = 0;
  double detectable_drop = 0;
};

struct PlannedSize {
  SizePlan plan;
  std::optional<SubsetNote> subset;
};

/// What `assay plan` answers.
struct SizeReport {
  SizeTarget target;
  std::vector<PlannedSize> sets;
  std::vector<std::string> notes;
};

/// "1.14" or "11.1": a share as points, hundredths of a metric's full scale; "none" for a drop beyond all of it, which nothing can show.
[[nodiscard]] std::string points_text(double share);

[[nodiscard]] std::string size_text(const SizeReport& report);

/// reports/schema/plan-1.json says what is in it.
[[nodiscard]] std::string size_json(const SizeReport& report);

}  // namespace assay
