#pragma once
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "benchmarks/benchmark.h"
#include "benchmarks/summary.h"

/// What the multiple-choice benchmarks share once a letter is read: its score, and accuracies over parts of the questions.
namespace assay {

struct Prediction;

/// The letter read out of a reply; nothing where the rule reads none (where the source would draw one or ask a judge).
using Letter = std::optional<std::string>;

/// The field of a sample whose prediction file says which letter was counted for it. Where a source draws a letter at random, this is its draw.
inline constexpr const char* kRecordedChoice = "recorded_choice";
[[nodiscard]] Letter recorded_choice(const Sample& sample);

/// VLMEvalKit's can_infer on the reply as it is: how it is read where a benchmark's authors publish no scorer of their own.
[[nodiscard]] Letter letter_or_text(const Reply& reply);
/// VLMEvalKit's can_infer on the reply as its spreadsheet hands it back; "Z" is a letter that is never right.
[[nodiscard]] Letter letter_by_vlmevalkit(const Reply& reply);
/// InternVL's post_process.
[[nodiscard]] Letter letter_by_internvl(const Reply& reply);
/// lmms-eval's general rule (mcq_extract).
[[nodiscard]] Letter letter_by_lmms_extract(const Reply& reply);
/// XComposer's: the first of A to Z anywhere, else "Z".
[[nodiscard]] Letter letter_by_xcomposer(const Reply& reply);

/// 1 where the letter is the sample's first reference, else 0.
[[nodiscard]] Score score_letter(const Reply& reply, const Letter& letter);

/// Accuracies gathered by name, in the order the names are first added: "accuracy", then "<part>.accuracy" for each part.
class Accuracies {
 public:
  /// Counts the reply among all and in each part; a sample without a label is left out.
  void add(const ScoredReply& scored, const std::vector<std::string>& parts);
  /// Parts sorted by name; empty names were left out.
  [[nodiscard]] std::vector<Metric> metrics(Scale scale) const;
  /// What "accuracy" is made of, or "<part>.accuracy"; without rows where the part has no questions.
  [[nodiscard]] MetricBasis basis(Scale scale, const std::string& part = "") const;

 private:
  std::vector<Unit> all_;
  std::map<std::string, std::vector<Unit>> parts_;
};

/// The mean over parts of each part's mean, every part counted once; the interval draws within each part.
[[nodiscard]] Metric mean_of_means(std::string name, const std::map<std::string, std::vector<Unit>>& parts, std::string divides_by);

/// match_predictions, but a file whose rows bring labels and name none of the data's ids is taken as it stands: lmms-eval numbers its rows by
/// their place in a data set of its own. The letter in its `target` is the label.
[[nodiscard]] std::vector<Reply> match_or_take(std::vector<Prediction> predictions, const SampleSource* data, const std::filesystem::path& path);

}  // namespace assay
