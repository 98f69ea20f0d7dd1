#pragma once
#include <fmt/format.h>

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "harness/base/error.h"
#include "harness/base/suggestion.h"

/// Profiles are rows of a table, each with a `name`; the first is the default.
namespace assay {

template <typename Profile>
[[nodiscard]] std::vector<std::string> profile_names(std::span<const Profile> profiles) {
  std::vector<std::string> names;
  for (const auto& profile : profiles) names.emplace_back(profile.name);
  return names;
}

/// The profile of that name, the first for an empty name. Throws ConfigError with the nearest name; `what` is "prompt profile of mme".
template <typename Profile>
[[nodiscard]] const Profile& find_profile(std::span<const Profile> profiles, std::string_view name, std::string_view what) {
  if (name.empty()) return profiles.front();
  for (const auto& profile : profiles) {
    if (profile.name == name) return profile;
  }
  throw ConfigError(fmt::format("no {} is called \"{}\"{}", what, name, suggestion(name, profile_names(profiles))));
}

}  // namespace assay
