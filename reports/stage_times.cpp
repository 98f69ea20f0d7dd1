#include "reports/stage_times.h"

namespace assay {

std::array<StageTime, 5> stage_times(const RunTiming& timing) {
  return {{{"decoding pictures", timing.image_decode_ms},
           {"tiling", timing.preprocess_ms},
           {"encoding", timing.encode_ms},
           {"prefill", timing.prefill_ms},
           {"writing replies", timing.decode_ms}}};
}

double total_ms(const RunTiming& timing) {
  double total = 0;
  for (const auto& stage : stage_times(timing)) total += stage.ms;
  return total;
}

}  // namespace assay
