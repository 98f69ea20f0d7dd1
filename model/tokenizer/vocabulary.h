#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace assay {

/// Lets maps with std::string keys be searched by std::string_view.
struct StringHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const noexcept { return std::hash<std::string_view>{}(text); }
};

/// Tokens and their ids, both ways.
class Vocabulary {
 public:
  static constexpr std::int64_t kLargestId = (1 << 24) - 1;  ///< 64 times the largest vocabulary met; a lie above it costs no memory

  explicit Vocabulary(std::size_t expected_size = 0) { ids_.reserve(expected_size); }

  /// Throws ModelError for an id that is negative, above kLargestId, or another token's.
  void add(std::string_view token, std::int64_t id);

  [[nodiscard]] std::optional<std::int32_t> find(std::string_view token) const {
    const auto it = ids_.find(token);
    return it == ids_.end() ? std::nullopt : std::optional(it->second);
  }
  /// Null when no token has this id.
  [[nodiscard]] const std::string* token(std::int64_t id) const {
    return id >= 0 && static_cast<std::size_t>(id) < tokens_.size() ? tokens_[static_cast<std::size_t>(id)] : nullptr;
  }
  /// One more than the largest id.
  [[nodiscard]] std::int64_t size() const { return static_cast<std::int64_t>(tokens_.size()); }
  /// How many tokens there are.
  [[nodiscard]] std::int64_t count() const { return static_cast<std::int64_t>(ids_.size()); }

 private:
  std::unordered_map<std::string, std::int32_t, StringHash, std::equal_to<>> ids_;
  std::vector<const std::string*> tokens_;  ///< by id; keys of ids_, which stay where they are
};

}  // namespace assay
