#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "datasets/sample.h"

namespace assay {

/// A prompt's text with names in braces: {question}, {hint}, {category}, {options}, {option_letters}, and {column} for any further column of the
/// data. What stands between [[ and ]] is left out where a name in it has nothing to say: "[[Hint: {hint}\n]]{question}". {{ and }} are braces.
class PromptTemplate {
 public:
  /// `option_line` is how each option of {options} is written, with {letter} and {text}; line feeds part them. Throws ConfigError: what is wrong
  /// with the text; whoever knows where it stands says so.
  PromptTemplate(std::string_view text, std::string_view option_line);

  /// Throws DataError for a column that the sample does not have, unless it stands between [[ and ]].
  [[nodiscard]] std::string fill(const Sample& sample) const;

 private:
  struct Piece {
    bool is_name = false;
    std::string text;
  };
  struct Section {
    bool is_optional = false;
    std::vector<Piece> pieces;
  };
  [[nodiscard]] std::optional<std::string> value_of(const std::string& name, const Sample& sample) const;

  std::vector<Section> sections_;
  std::string option_line_;
};

}  // namespace assay
