#pragma once
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "datasets/sample.h"

namespace assay {

/// What a rule makes of a reply to a labelled sample.
struct Reading {
  std::optional<std::string> answer;  ///< nothing where it reads none
  double value = 0;                   ///< 0 to 1
};

/// A rule that a benchmark written in YAML may name.
struct YamlRule {
  std::string_view name;  ///< "letter_vlmevalkit"
  std::string_view says;  ///< in one line
  Reading (*read)(std::string_view reply, const Sample& sample);
  bool is_graded = false;  ///< values between 0 and 1
};

/// Sorted by name.
[[nodiscard]] std::span<const YamlRule> yaml_rules();

}  // namespace assay
