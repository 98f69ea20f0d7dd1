#pragma once
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "datasets/sample.h"
#include "metrics/metric_basis.h"
#include "metrics/score.h"
#include "model/vlm.h"

namespace assay {

/// Where data may lie, most specific first: --data-dir, ASSAY_DATA, LMUData, the hub cache.
struct DataPlaces {
  std::vector<std::filesystem::path> roots;
};

/// A reply with the sample it answers.
struct Reply {
  Sample sample;
  std::string text;
  SampleState state = SampleState::kScored;  ///< what the run or the file said (kError, kTruncated, kEmpty, kUnparsed); else kScored
  bool is_verbatim = false;  ///< from a JSON file of others: the scorer that is copied would see it letter by letter, no spreadsheet in between
  std::vector<std::string> judge_replies = {};  ///< what a judge said of it, in the order of judge_questions; see judge.h
  std::vector<std::string> earlier = {};        ///< of a dialogue: the replies to its turns before the last; `text` is the one to the last
};

/// What a judge is asked about one reply.
struct JudgeMessage {
  std::string role;  ///< "system", "user", "assistant"
  std::string text;
};
/// How it is asked again when its answer cannot be read.
struct JudgeRetry {
  std::string behind;  ///< put behind the last message
  double temperature = 0;
};
struct JudgeQuestion {
  std::string id;  ///< the sample's, with what is asked behind a slash where there are several
  std::vector<JudgeMessage> messages;
  int max_tokens = 256;
  double temperature = 0;
  std::function<bool(const std::string&)> is_readable = nullptr;  ///< null: every answer is
  std::vector<JudgeRetry> retries = {};                           ///< in their order, until an answer can be read; the last answer stays as it is
  bool is_retry = false;
  bool is_recorded_only = false;  ///< what the judge is told is not at hand, so that nobody can be asked: only a recorded answer will do
};

/// A scored reply; what metrics are made of.
struct ScoredReply {
  Reply reply;
  Score score;
};

/// What a benchmark asks of the model for one sample under one prompt profile.
struct Question {
  Prompt prompt;
  Decoding decoding;
  std::optional<int> max_tiles;
  std::vector<Option> ranked = {};  ///< when not empty: nothing is written; the reply is the letter of the option whose text has the least perplexity behind the prompt
  /// Of a dialogue: what the user says next, each behind the model's own reply to what came before. Pictures are counted through prompt.images, which
  /// holds those of all turns.
  std::vector<Turn> later_turns = {};
};

/// A file to hand in where a split has no public answers.
struct Submission {
  std::string file_name;  ///< "mmbench_test_en.tsv", "docvqa_test.json"
  std::string content;
};

/// A kind of metric, for people who choose among them.
struct MetricNote {
  std::string name;     ///< as in the results; a part that stands for several is in angle brackets: "<subtask>.acc_plus"
  std::string formula;  ///< one line that says what is divided by what
};

/// One evaluation: what to load, how to ask, how to read the answer, which metrics. Pure but for open(): values in, values out.
class Benchmark {
 public:
  virtual ~Benchmark() = default;
  [[nodiscard]] virtual std::string name() const = 0;     ///< "chartqa_test"
  [[nodiscard]] virtual std::string split() const = 0;    ///< "test"
  [[nodiscard]] virtual std::string summary() const = 0;  ///< one line
  [[nodiscard]] virtual std::string paper() const = 0;    ///< "arXiv:2203.10244"
  [[nodiscard]] virtual std::string main_metric() const = 0;
  /// Of the file that defines the benchmark; empty for one that is compiled in.
  [[nodiscard]] virtual std::string definition_digest() const;

  /// Finds and opens the data. Throws DataError that lists every place and layout that was tried.
  [[nodiscard]] virtual std::unique_ptr<SampleSource> open(const DataPlaces& places) const = 0;

  /// First is the default. Names among: vlmevalkit, internvl, lmms-eval, plain.
  [[nodiscard]] virtual std::vector<std::string> prompt_profiles() const = 0;
  [[nodiscard]] virtual Question ask(const Sample& sample, std::string_view prompt_profile) const = 0;

  /// First is the default. Names among: official, vlmevalkit, lmms-eval, internvl.
  [[nodiscard]] virtual std::vector<std::string> scoring_profiles() const = 0;
  /// One reply by itself; the answer read and the value it earns (NaN for a sample without a label). See score_state.h for the states.
  [[nodiscard]] virtual Score score(const Reply& reply, std::string_view profile) const = 0;
  /// How the profile reads a reply and what it compares, in one line, for people who ask why two profiles disagree. Empty where nobody wrote it down.
  [[nodiscard]] virtual std::string answer_rule(std::string_view profile) const;
  /// Puts into each reply what judge_questions must know of the others; nothing for most benchmarks.
  virtual void relate(std::vector<Reply>& replies, std::string_view profile) const;
  /// What a judge must say before the reply can be scored; nothing for most benchmarks, and for replies that need no judge. A reply that has not
  /// got the answers scores NaN in state kJudgeFailed and is left out of the denominators.
  [[nodiscard]] virtual std::vector<JudgeQuestion> judge_questions(const Reply& reply, std::string_view profile) const;
  /// All of them together, in the data's order: a sum of graded values follows it down to the last digit, as the official tools' sums do.
  /// A reply in state kError counts as wrong and stays in the denominator; samples without a label are left out, and where none has one the
  /// value is NaN and the count 0.
  [[nodiscard]] virtual std::vector<Metric> metrics(std::span<const ScoredReply> replies, std::string_view profile) const = 0;

  /// What the metrics that a gate may decide on are made of, the main one first: the same numbers as metrics() gives, unit by unit, before a
  /// profile rounds them for print. The headline ones: parts of the data are reported from the samples' categories. Unless a benchmark says
  /// otherwise, the main metric as the mean over labelled replies.
  [[nodiscard]] virtual std::vector<MetricBasis> bases(std::span<const ScoredReply> replies, std::string_view profile) const;

  /// Every kind of metric that metrics() can give. Unless a benchmark says it better, what it gives for no replies and divides by.
  [[nodiscard]] virtual std::vector<MetricNote> metric_notes() const;

  /// Reads somebody's prediction file or folder, in this benchmark's own formats and the common ones. `data` supplies what the file
  /// does not carry; it may be null. Throws DataError that lists unmatched, missing and duplicate ids.
  [[nodiscard]] virtual std::vector<Reply> read_predictions(const std::filesystem::path& path, const SampleSource* data) const = 0;

  /// Nothing where there is no place to hand one in.
  [[nodiscard]] virtual std::optional<Submission> submission(std::span<const Reply> replies) const;
};

}  // namespace assay
