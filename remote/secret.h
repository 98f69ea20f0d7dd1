#pragma once
#include <string>
#include <string_view>

namespace assay {

/// A key. It goes into a request's header and nowhere else: not into files, messages or replies, even where an endpoint sends it back.
class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string key) : key_(std::move(key)) {}
  /// The value of the environment variable `name`; no key for an empty name.
  /// Throws   ConfigError, without the value, when the variable is not set, empty or has letters that no header may hold
  [[nodiscard]] static Secret from_environment(const std::string& name);

  [[nodiscard]] bool is_empty() const noexcept { return key_.empty(); }
  /// "Authorization: Bearer ..."
  [[nodiscard]] std::string header() const { return "Authorization: Bearer " + key_; }
  /// `text` with "[key]" wherever the key stands. A key of fewer than 8 letters is a placeholder ("none", "EMPTY") and left alone. Mask before
  /// you shorten: half a key is no match.
  [[nodiscard]] std::string mask(std::string_view text) const;

 private:
  std::string key_;
};

}  // namespace assay
