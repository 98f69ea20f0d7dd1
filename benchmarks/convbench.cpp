#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "benchmarks/basis.h"
#include "benchmarks/families.h"
#include "benchmarks/find_data.h"
#include "benchmarks/judge.h"
#include "benchmarks/profile.h"
#include "benchmarks/score_state.h"
#include "benchmarks/summary.h"
#include "datasets/json_rows.h"
#include "datasets/json_sample.h"
#include "datasets/sample_list.h"
#include "harness/base/digest.h"
#include "harness/base/error.h"
#include "harness/base/file.h"
#include "metrics/judge_reading.h"
#include "metrics/python_text.h"

/// ConvBench: a judge compares a model's dialogue of three turns with a person's, turn by turn and as a whole. What the judge is asked needs the
/// persons' answers, which are not public, so judgements are read from files and none are asked for.
namespace assay {
namespace {

/// The four comparisons, and what the authors' script calls each in its results (one of them misspelt).
struct Part {
  const char *name, *evaluation, *rating;
};
constexpr std::array kParts = {Part{"first_turn", "first_turn_evaluation", "first_turn_rating"}, Part{"second_turn", "second_turn_evaluation", "second_turn_rating"},
                               Part{"third_turn", "third_turn_evaluation", "third_turn_rating"}, Part{"overall", "overall_evalaution", "overall_prediction"}};

/// The script loops over 578 dialogues and divides by this.
constexpr double kDialogues = 577;

struct Profile {
  std::string_view name;
};
constexpr Profile kPrompts[] = {{"vlmevalkit"}};
constexpr Profile kScorings[] = {{"official"}};

/// The model is A where the position is 0, B where it is 1.
bool is_win(const std::string& judged, const std::string& recorded, const std::string& position) {
  const char model = position == "0" ? 'A' : 'B';
  if (recorded == "A" || recorded == "B") return recorded.front() == model;
  return read_preference(judged).value_or(read_rating(judged)) == model;
}

std::string field_of(const Sample& sample, const std::string& name) {
  const auto found = sample.fields.find(name);
  return found == sample.fields.end() ? "" : found->second;
}

bool is_win(const Reply& reply, std::size_t part) {
  return is_win(reply.judge_replies.at(part), field_of(reply.sample, kParts[part].rating), field_of(reply.sample, "position"));
}

class ConvBench final : public CatalogBenchmark {
 public:
  [[nodiscard]] std::string name() const override { return "convbench"; }
  [[nodiscard]] std::string split() const override { return "test"; }
  [[nodiscard]] std::string main_metric() const override { return "overall.win_rate"; }

  /// Which side the model takes in each dialogue; all that can be read of the data without the authors' fuller file.
  [[nodiscard]] std::unique_ptr<SampleSource> open(const DataPlaces& places) const override {
    const auto found = find_data(places, {"convbench", "ConvBench", "ConvBench/ConvBenchEval"}, {"pairwise_positions.json"},
                                 "convbench: pairwise_positions.json, {\"positions\": [0, 1, ...]} as pairwise.npy has them");
    const auto content = read_file(found);
    const auto document = json::parse(without_byte_order_mark(content), found.string());
    std::vector<Sample> samples;
    for (const auto& position : json::require_array(document, "positions", found.string()).GetArray()) {
      Sample sample;
      sample.id = std::to_string(samples.size() + 1);
      sample.references = {"a person's answers"};
      sample.fields["position"] = scalar_text(position).value_or("");
      if (sample.fields["position"] != "0" && sample.fields["position"] != "1") {
        throw DataError(fmt::format("{}: positions[{}] must be 0 or 1", found.string(), samples.size()));
      }
      samples.push_back(std::move(sample));
    }
    return std::make_unique<SampleList>(std::move(samples), std::vector{found}, digest_of(content), nullptr);
  }

  [[nodiscard]] std::vector<std::string> prompt_profiles() const override { return profile_names<Profile>(kPrompts); }
  [[nodiscard]] Question ask(const Sample&, std::string_view) const override {
    throw ConfigError("convbench: its dialogues cannot be asked yet; score recorded judgements with assay score --predictions");
  }

  [[nodiscard]] std::vector<std::string> scoring_profiles() const override { return profile_names<Profile>(kScorings); }

  /// The share of the four comparisons won.
  [[nodiscard]] Score score(const Reply& reply, std::string_view profile) const override {
    (void)find_profile<Profile>(kScorings, profile, "scoring profile of convbench");
    if (reply.judge_replies.size() != kParts.size()) return judge_failed(reply);
    double wins = 0;
    std::string read;
    for (std::size_t part = 0; part < kParts.size(); ++part) {
      const bool is_won = is_win(reply, part);
      wins += is_won ? 1 : 0;
      read += is_won ? 'W' : 'L';
    }
    return {wins / static_cast<double>(kParts.size()), SampleState::kScored, read};
  }

  [[nodiscard]] std::vector<Metric> metrics(std::span<const ScoredReply> replies, std::string_view) const override {
    std::vector<Metric> metrics;
    for (std::size_t part = 0; part < kParts.size(); ++part) {
      const auto units = units_of(replies, part);
      double wins = 0;
      for (const auto& unit : units) wins += unit.value;
      auto metric = proportion_metric(fmt::format("{}.win_rate", kParts[part].name), units, Scale::kFraction, "dialogues, divided by 577");
      if (!units.empty()) metric.value = wins / kDialogues;
      metrics.push_back(std::move(metric));
    }
    return metrics;
  }

  /// All four, the overall one first. Winning each of 578 dialogues is 578 / 577.
  [[nodiscard]] std::vector<MetricBasis> bases(std::span<const ScoredReply> replies, std::string_view) const override {
    std::vector<MetricBasis> bases;
    for (std::size_t part = 0; part < kParts.size(); ++part) {
      const auto units = units_of(replies, part);
      bases.push_back(mean_basis(fmt::format("{}.win_rate", kParts[part].name), static_cast<double>(units.size()) / kDialogues, units));
    }
    std::rotate(bases.begin(), bases.end() - 1, bases.end());
    return bases;
  }

  /// Rows or lines with what the authors' script keeps of a dialogue: `id` (else the row's place, from 1), the judge's four texts
  /// (first_turn_evaluation, ..., overall_evalaution), where recorded what was read out of them (first_turn_rating, ..., overall_prediction),
  /// and `position`, where no data set says it.
  [[nodiscard]] std::vector<Reply> read_predictions(const std::filesystem::path& path, const SampleSource* data) const override {
    const JsonRows rows(path);
    std::vector<Reply> replies;
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const auto row = rows.get(i);
      const auto where = rows.where(i);
      Reply reply;
      reply.sample.id = rows.key(i).empty() ? scalar_or(row, "id", std::to_string(i + 1)) : rows.key(i);
      reply.sample.references = {"a person's answers"};
      for (const auto& part : kParts) {
        reply.judge_replies.push_back(json::require_string(row, part.evaluation, where));
        reply.sample.fields[part.rating] = json::string_or(row, part.rating, "");
      }
      reply.sample.fields["position"] = scalar_or(row, "position", data == nullptr ? "" : position_in(*data, reply.sample.id));
      const auto& position = reply.sample.fields["position"];
      if (position != "0" && position != "1") throw DataError(fmt::format("{}: which side the model took (\"position\", 0 or 1) is not said", where));
      for (const auto& other : replies) {
        if (other.sample.id == reply.sample.id) throw DataError(fmt::format("{}: the dialogue {} comes twice", where, other.sample.id));
      }
      replies.push_back(std::move(reply));
    }
    return replies;
  }

 private:
  /// The dialogues that were judged.
  static std::vector<Unit> units_of(std::span<const ScoredReply> replies, std::size_t part) {
    std::vector<Unit> units;
    for (const auto& scored : replies) {
      const auto& id = scored.reply.sample.id;
      if (scored.reply.judge_replies.size() == kParts.size()) units.push_back({id, is_win(scored.reply, part) ? 1.0 : 0.0, id});
    }
    return units;
  }
  static std::string scalar_or(const json::Value& row, const char* key, const std::string& fallback) {
    const auto* value = json::find(row, key);
    return value == nullptr ? fallback : scalar_text(*value).value_or(fallback);
  }
  static std::string position_in(const SampleSource& data, const std::string& id) {
    const auto number = python::parse_int(id).value_or(0);
    return number >= 1 && static_cast<std::size_t>(number) <= data.size() ? data.get(static_cast<std::size_t>(number - 1)).fields.at("position") : "";
  }
};

}  // namespace

std::unique_ptr<Benchmark> make_convbench() { return std::make_unique<ConvBench>(); }

}  // namespace assay
