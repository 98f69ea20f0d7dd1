#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace assay {

/// A regular expression over Unicode letters in the dialect of tokenizer.json, which is Oniguruma's, run by PCRE2. Where both differ
/// in what \s, \w and \h mean, Oniguruma's meaning is kept. Safe to use from any thread.
class UnicodeRegex {
 public:
  using Range = std::pair<std::size_t, std::size_t>;  ///< begin, end in bytes

  /// Throws ModelError with the place for a pattern that is not understood; class intersections (`&&`) and nested classes are not.
  explicit UnicodeRegex(std::string_view pattern);

  /// All matches in `text` (valid UTF-8), from left to right, not overlapping.
  [[nodiscard]] std::vector<Range> matches(std::string_view text) const;

 private:
  struct Code;
  std::shared_ptr<const Code> code_;
};

/// The same pattern as PCRE2 has to read it.
[[nodiscard]] std::string pcre2_pattern(std::string_view oniguruma);

}  // namespace assay
