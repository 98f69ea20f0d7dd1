#pragma once
#include <cstdint>
#include <string>

#include "model/request_cost.h"

namespace assay {

/// What a run still has to do.
struct WorkLeft {
  std::int64_t samples = 0;
  std::int64_t pictures = 0;           ///< distinct ones; each is cut and encoded once
  double most_new_tokens = 0;          ///< a reply's limit, on average
  int batch = 1;                       ///< replies written together
  int image_threads = 1;               ///< that cut pictures
  double weight_bytes = 0;
  double memory_bytes_a_second = 0;
};

/// Seconds by stage, as if none overlapped with another.
struct TimeEstimate {
  double weights_s = 0;   ///< read once for the model and once for their digest, from memory
  double pictures_s = 0;
  double encoder_s = 0;
  double prompts_s = 0;
  double replies_s = 0;
  [[nodiscard]] double total_s() const { return weights_s + pictures_s + encoder_s + prompts_s + replies_s; }
};

/// With replies of `new_tokens` each.
[[nodiscard]] TimeEstimate estimate_time(const WorkLeft& work, const RequestCost& cost, double new_tokens);

/// The estimate with short replies and with replies to their limits, stage by stage, and what it rests on.
[[nodiscard]] std::string time_estimate_text(const WorkLeft& work, const RequestCost& cost);

}  // namespace assay
