#pragma once
#include <span>
#include <string>

#include "harness/base/json.h"
#include "harness/cli/program.h"

namespace assay {

/// A kind of thing that is built in. Each thing is one JSON object with a "name"; the texts are made of it.
struct Listing {
  const char* name;  ///< "metrics"
  json::Document (*things)(const Program& program);           ///< an array, sorted by name
  std::string (*line)(const json::Value& thing);              ///< for the list; may be several lines
  std::string (*description)(const json::Value& thing);       ///< all there is to say
  bool (*is_called)(const json::Value& thing, std::string_view name);
};

/// benchmarks, models, metrics, profiles.
[[nodiscard]] std::span<const Listing> listings();

/// One benchmark as the list of them has it.
[[nodiscard]] json::Document described(const Benchmark& benchmark);

}  // namespace assay
