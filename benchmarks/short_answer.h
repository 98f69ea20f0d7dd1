#pragma once
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "benchmarks/families.h"
#include "benchmarks/find_data.h"

/// Benchmarks whose replies are a word or a phrase, each reply worth something by itself and the number a mean over questions. What a benchmark
/// is stands in a table: where its files lie, how toolkits ask, and by which rule each of them reads and averages.
namespace assay {

/// How a toolkit asks: the question, `suffix`.
struct ShortAnswerPrompt {
  std::string_view name;
  std::string_view suffix;
  int max_new_tokens = 0;
  int max_tiles = 0;              ///< 0: as the checkpoint's config says
  bool capitalizes = false;       ///< the question by Python's str.capitalize, which lower-cases its other letters
  bool names_ocr_tokens = false;  ///< a line "Reference OCR token: a, b" behind the question, where the data has such
};

/// How a toolkit scores.
struct ShortAnswerScoring {
  std::string_view name;
  std::string (*answer)(std::string_view reply, std::span<const std::string> references);  ///< what is read out of the reply
  double (*value)(std::string_view reply, std::span<const std::string> references);        ///< what that is worth, 0 to 1
  double (*overall)(std::span<const double> values);                                       ///< the number printed
  double scale = 1;                 ///< of that number: 100 where it is in percent
  bool reads_back = false;          ///< through VLMEvalKit's spreadsheet
  bool prints_rounded = false;      ///< the number is rounded; a metric `accuracy_unrounded` carries the fraction
};

/// The official server's or the authors' form of a reply to be handed in.
enum class SubmissionForm { kNone, kQuestionIds, kImages };

struct ShortAnswerSet {
  std::string_view name, split;
  std::vector<std::string_view> folders;      ///< where files may lie below a root
  std::vector<std::string_view> questions;    ///< file names, the official one first; .tsv is VLMEvalKit's
  std::vector<std::string_view> annotations = {};  ///< beside a question file without answers
  std::string_view what;                      ///< for the message when nothing is found
  std::vector<std::string> image_folders = {};
  std::span<const ShortAnswerPrompt> prompts;
  std::span<const ShortAnswerScoring> scorings;
  std::vector<std::string_view> breakdowns = {};  ///< fields whose values are reported one by one
  bool is_graded = false;                     ///< values between 0 and 1
  std::size_t fewest_references = 1;          ///< a labelled sample with less cannot be scored by these rules
  SubmissionForm submission = SubmissionForm::kNone;
  HubSplit hub = {};                          ///< none where its name is empty
  std::unique_ptr<SampleSource> (*open_hub)(const std::filesystem::path& shard) = nullptr;  ///< null: question_id and answers say all
};

/// The set must outlive the benchmark.
[[nodiscard]] std::unique_ptr<Benchmark> make_short_answer(const ShortAnswerSet& set);

/// The row of `sets` that is called so. Throws InternalError where there is none: the catalogue and the table disagree.
[[nodiscard]] const ShortAnswerSet& find_set(std::span<const ShortAnswerSet> sets, std::string_view name);

/// Sum over n from left to right; the same in percent; in percent rounded to two decimals, as the official VQA script prints it; numpy's mean in
/// percent.
[[nodiscard]] double overall_fraction(std::span<const double> values);
[[nodiscard]] double overall_percent(std::span<const double> values);
[[nodiscard]] double overall_rounded_percent(std::span<const double> values);
[[nodiscard]] double overall_numpy_percent(std::span<const double> values);

}  // namespace assay
