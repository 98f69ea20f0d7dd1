#pragma once
#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "benchmarks/benchmark.h"
#include "harness/base/json.h"

/// Prediction files that others wrote, read without being told their kind.
namespace assay {

/// One row: a reply, and whatever of the sample the row itself carries (id, question, options, label, category).
struct Prediction {
  Sample sample;
  std::string reply;
  std::string where;  ///< "predictions.jsonl:17"
  bool is_verbatim = false;  ///< as in Reply
  bool is_cut = false;       ///< the file cut the reply: an Excel cell that is full
};

/// Reads, by content:
///   - a JSON array, an object with one in `records`, or JSON lines (a trailing comma is allowed), of objects:
///     id from `id`, `question_id`, `questionId`, `index` (or, last, `image_id`, `doc_id`); reply from `reply`, `prediction`, `predict`, `pred`,
///     `filtered_resps`, `resps`, `response`, `text`, `caption`, else `answer`; label from `references`, `answers`, `label`, `gt_answer`, `gt_answers`,
///     `gt`, `annotation`, `target`, and `answer` where it is not the reply; further `question`, `hint`, `category` (or `type`), options as `options`, `choices` or `A` to
///     `Z`; every other text or number goes to fields. Of lmms-eval's lines also what lies in `doc`.
///   - a VLMEvalKit table with a `prediction` column: TSV, or the first sheet of an .xlsx. A word for a missing cell ("None") is no reply in a TSV;
///     in an .xlsx it is a text of its own, and only the profile `vlmevalkit` takes it for missing, as its spreadsheet does.
///
/// Throws   DataError for another file (a Python pickle among them, which could run code), and with file and line for a row without a reply
[[nodiscard]] std::vector<Prediction> read_prediction_file(const std::filesystem::path& path);

/// Data of which a prediction file may answer a part: what it leaves out is left out, and what it does answer is scored. Hand it to
/// read_predictions in place of the data itself.
class AnsweredInPart final : public SampleSource {
 public:
  explicit AnsweredInPart(const SampleSource& whole) : whole_(whole) {}
  [[nodiscard]] std::size_t size() const override { return whole_.size(); }
  [[nodiscard]] Sample get(std::size_t i) const override { return whole_.get(i); }
  [[nodiscard]] std::string digest() const override { return whole_.digest(); }
  [[nodiscard]] std::vector<std::filesystem::path> paths() const override { return whole_.paths(); }

 private:
  const SampleSource& whole_;
};

/// The file as one JSON object, for result files that are no list of rows; nothing for JSON lines, tables, folders and broken files, whose own
/// readers say what is wrong with them.
[[nodiscard]] std::optional<json::Document> try_json_object(const std::filesystem::path& path);

struct MatchRules {
  /// Told by id: whether a row that the data does not have may be left out. Empty: none may.
  std::function<bool(const std::string& id)> may_leave_out;
  /// Told by sample: whether it may be missing from the file. Empty: none may.
  std::function<bool(const Sample& sample)> may_be_missing;
  /// A file that brings its own labels may hold an id twice: its lines are what is counted.
  bool may_repeat_unmatched = false;
};

/// The predictions as replies. With `data` each is matched by id and takes its sample from there, in the data's order; without, or where no row
/// names an id and all bring a label, they keep their order, and a row without an id is numbered by its position.
///
/// Throws   DataError that lists ids unmatched, missing or given twice (the first ten and how many), or rows without a label
[[nodiscard]] std::vector<Reply> match_predictions(std::vector<Prediction> predictions, const SampleSource* data,
                                                   const std::filesystem::path& path, const MatchRules& rules = {});

}  // namespace assay
