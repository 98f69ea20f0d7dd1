#pragma once
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "datasets/sample.h"
#include "harness/base/json.h"

namespace assay {

/// What the columns of a set of rows are. Empty: there is no such column.
struct RowLayout {
  std::string id = {};              ///< empty, and `counted` too: the row's place from 0
  std::string id_prefix = {};       ///< a column whose text comes before the id: "<prefix>/<id>"
  std::string counted = {};         ///< in place of `id`: "<text>/<how many rows before have it>"
  std::string counted_suffix = {};  ///< dropped from that text
  std::string group = {}, category = {}, hint = {};
  std::string question = "question";
  std::string answers = "answer";           ///< a text or number, a list of them, or objects with `answer`; null: the split has none
  std::vector<std::string> options = {};    ///< a column each, or one that is a list; null, "nan" and "N/A" are none
  bool answer_is_place = false;             ///< the answer is the place of an option, from 0
  std::vector<std::string> pictures = {"image"};
};

/// All columns that the layout names.
[[nodiscard]] std::vector<std::string> named_columns(const RowLayout& layout);

/// Rows as JSON objects, whatever they are stored in.
class LayoutRows {
 public:
  virtual ~LayoutRows() = default;
  [[nodiscard]] virtual std::size_t size() const = 0;
  [[nodiscard]] virtual json::Document get(std::size_t i) const = 0;
  [[nodiscard]] virtual std::vector<ImageRef> pictures(const json::Value& row, std::size_t i, const std::string& column) const = 0;
  [[nodiscard]] virtual std::string where(std::size_t i) const = 0;
  [[nodiscard]] virtual std::string digest() const = 0;
  [[nodiscard]] virtual std::vector<std::filesystem::path> paths() const = 0;
};

/// The rows as samples; every further scalar, and lists of scalars joined by ", ", go to fields. Throws DataError, when a sample is asked for, for
/// a row whose id is missing, or whose answer is no place of an option where it must be one.
[[nodiscard]] std::unique_ptr<SampleSource> open_rows(std::unique_ptr<LayoutRows> rows, const RowLayout& layout);

/// The same of a JSON file (JsonRows says which kinds). Pictures are files: `image_root` and the name, or names, in the column.
/// Throws DataError also where the first row lacks a column.
[[nodiscard]] std::unique_ptr<SampleSource> open_json_table(const std::filesystem::path& path, const RowLayout& layout, const std::filesystem::path& image_root);

}  // namespace assay
