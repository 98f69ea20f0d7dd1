#include "remote/secret.h"

#include <algorithm>
#include <cstdlib>

#include "harness/base/error.h"

namespace assay {

Secret Secret::from_environment(const std::string& name) {
  if (name.empty()) return {};
  const char* value = std::getenv(name.c_str());
  if (value == nullptr || *value == '\0') throw ConfigError(fmt::format("--api-key-env: the environment variable {} is not set", name));
  const std::string key = value;
  const bool is_plain = std::ranges::all_of(key, [](char c) { return c > ' ' && c < '\x7F'; });
  if (!is_plain) throw ConfigError(fmt::format("--api-key-env: the key in {} has white space or letters that no header may hold", name));
  return Secret(key);
}

std::string Secret::mask(std::string_view text) const {
  constexpr std::size_t kShortest = 8;
  std::string masked(text);
  if (key_.size() < kShortest) return masked;
  constexpr std::string_view kInstead = "[key]";
  for (auto at = masked.find(key_); at != std::string::npos; at = masked.find(key_, at + kInstead.size())) masked.replace(at, key_.size(), kInstead);
  return masked;
}

}  // namespace assay
