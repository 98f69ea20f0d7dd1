#pragma once
#include <cstdint>

namespace assay {

/// Where the time of a run's records went, and how much work they were. Never part of results.json, which is the same however a run
/// went; kept in timing.json.
struct RunTiming {
  std::int64_t samples = 0;
  std::int64_t distinct_pictures = 0;
  std::int64_t prompt_tokens = 0;
  std::int64_t reused_tokens = 0;  ///< of the prompts' tokens, those that an earlier question on the same picture had run
  std::int64_t audited = 0;        ///< samples that were run again by themselves, with the same logits and replies
  std::int64_t new_tokens = 0;
  std::int64_t tiles = 0;
  double image_decode_ms = 0;
  double preprocess_ms = 0;
  double encode_ms = 0;
  double prefill_ms = 0;
  double decode_ms = 0;
  double wall_ms = 0;              ///< of the last start, from the first request to the last record
  std::int64_t samples_in_wall = 0;  ///< samples finished in that time
  std::int64_t peak_memory_bytes = 0;  ///< of the last start, all its processes together; 0: not known
};

}  // namespace assay
