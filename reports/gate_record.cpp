#include "reports/gate_record.h"

namespace assay {

const char* name_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::kIncomparable: return "INCOMPARABLE";
    case Verdict::kInfra: return "INFRA";
    case Verdict::kFail: return "FAIL";
    case Verdict::kSuspect: return "SUSPECT";
    case Verdict::kInconclusive: return "INCONCLUSIVE";
    case Verdict::kImproved: return "IMPROVED";
    case Verdict::kPass: return "PASS";
  }
  return "?";
}

int exit_code_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::kIncomparable: return 3;
    case Verdict::kInfra: return 4;
    case Verdict::kFail: return 1;
    case Verdict::kSuspect: return 6;
    case Verdict::kInconclusive: return 5;
    case Verdict::kImproved:
    case Verdict::kPass: return 0;
  }
  return 70;
}

}  // namespace assay
