#pragma once
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "datasets/sample.h"

namespace assay {

/// "index, image, ..." for messages, of a length that a terminal can bear: a broken file may have a column name of a gigabyte.
[[nodiscard]] std::string column_list(const std::vector<std::string>& columns);

/// Which column of a VLMEvalKit table is what, in its TSV data sets and in the prediction files that repeat their columns; and the sample that
/// a row makes, pictures apart. What goes where: see vlmevalkit_tsv.h.
class VlmEvalKitColumns {
 public:
  /// The cell of a row as Python prints what pandas made of it; nothing where it is missing.
  using Cell = std::function<std::optional<std::string>(std::size_t column)>;

  /// Throws DataError without a column `index`; `name` is the table's, for messages.
  VlmEvalKitColumns(const std::vector<std::string>& columns, const std::string& name);

  [[nodiscard]] std::size_t index() const { return index_; }
  [[nodiscard]] std::optional<std::size_t> image() const { return image_; }
  [[nodiscard]] std::optional<std::size_t> image_path() const { return image_path_; }  ///< nothing where there is `image`
  [[nodiscard]] std::optional<std::size_t> answer() const { return answer_; }

  /// `has_answers` is false where the whole column is missing: such a split has no labels. `answer_lists`: see TsvOptions.
  [[nodiscard]] Sample sample(const Cell& cell, bool has_answers, bool answer_lists) const;

 private:
  std::vector<std::string> columns_;
  std::size_t index_ = 0;
  std::optional<std::size_t> image_, image_path_, question_, hint_, answer_, category_;
  std::vector<std::pair<std::string, std::size_t>> options_;
  std::vector<std::size_t> further_;
};

}  // namespace assay
