#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "benchmarks/basis.h"
#include "benchmarks/dialogues.h"
#include "benchmarks/families.h"
#include "benchmarks/find_data.h"
#include "benchmarks/judge.h"
#include "benchmarks/profile.h"
#include "benchmarks/prompt.h"
#include "benchmarks/score_state.h"
#include "benchmarks/summary.h"
#include "datasets/json_rows.h"
#include "datasets/json_sample.h"
#include "datasets/picture_place.h"
#include "datasets/sample_list.h"
#include "datasets/xlsx_table.h"
#include "harness/base/digest.h"
#include "harness/base/error.h"
#include "harness/base/file.h"
#include "metrics/judge_reading.h"
#include "metrics/python_text.h"

/// ConvBench: a judge compares a model's dialogue of three turns with a person's, turn by turn and as a whole. The dialogues are asked; what the judge is
/// asked needs the persons' answers, which are not public, so judgements are read from files and none are asked for.
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

/// The instructions of the three turns in the authors' table, and what their script calls the replies.
constexpr std::array kInstructions = {"The_first_turn_instruction", "The_second_turn_instruction", "The_third_turn_instruction"};
constexpr std::array<std::string_view, 3> kReplies = {"first_turn_answer", "second_turn_answer", "third_turn_answer"};
constexpr int kNewTokens = 4096;
constexpr int kTiles = 6;

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

/// What side the model takes, dialogue by dialogue.
std::vector<std::string> read_positions(const std::filesystem::path& path, const std::string& content) {
  const auto document = json::parse(without_byte_order_mark(content), path.string());
  std::vector<std::string> positions;
  for (const auto& position : json::require_array(document, "positions", path.string()).GetArray()) {
    auto text = scalar_text(position).value_or("");
    if (text != "0" && text != "1") throw DataError(fmt::format("{}: positions[{}] must be 0 or 1", path.string(), positions.size()));
    positions.push_back(std::move(text));
  }
  return positions;
}

std::size_t column_of(const XlsxTable& table, std::string_view name) {
  const auto found = std::ranges::find(table.columns, name);
  if (found == table.columns.end()) throw DataError(fmt::format("{}: no column \"{}\"", table.path.string(), name));
  return static_cast<std::size_t>(found - table.columns.begin());
}

/// A dialogue a row: its instructions as fields, its picture by name.
std::vector<Sample> read_dialogues(const std::filesystem::path& xlsx) {
  const auto table = read_xlsx_table(xlsx);
  const auto image = column_of(table, "image_id");
  std::array<std::size_t, kInstructions.size()> instructions{};
  std::ranges::transform(kInstructions, instructions.begin(), [&](const char* name) { return column_of(table, name); });
  std::vector<Sample> samples(table.rows.size());
  for (std::size_t row = 0; row < samples.size(); ++row) {
    auto& sample = samples[row];
    const auto require = [&](std::size_t column) {
      auto text = table.text(row, column);
      if (!text) throw DataError(fmt::format("{}: nothing in column \"{}\"", table.where(row), table.columns[column]));
      return std::move(*text);
    };
    for (std::size_t turn = 0; turn < kInstructions.size(); ++turn) sample.fields[kInstructions[turn]] = require(instructions[turn]);
    sample.question = sample.fields[kInstructions.front()];
    sample.images = {stated_picture(require(image))};
  }
  return samples;
}

class ConvBench final : public CatalogBenchmark {
 public:
  [[nodiscard]] std::string name() const override { return "convbench"; }
  [[nodiscard]] std::string split() const override { return "test"; }
  [[nodiscard]] std::string main_metric() const override { return "overall.win_rate"; }

  /// The dialogues, and which side the model takes in each; either may be missing: sides alone are enough to score judgements.
  [[nodiscard]] std::unique_ptr<SampleSource> open(const DataPlaces& places) const override {
    const auto found = find_data(places, {"convbench", "ConvBench", "ConvBench/ConvBenchEval"}, {"ConvBench.xlsx", "pairwise_positions.json"},
                                 "convbench: the authors' ConvBench.xlsx, pictures in visit_bench_images/ beside it, or pairwise_positions.json, {\"positions\": [0, 1, ...]} as "
                                 "pairwise.npy has them");
    const bool has_dialogues = found.extension() == ".xlsx";
    const auto sides = !has_dialogues ? found : first_existing({found.parent_path() / "pairwise_positions.json", found.parent_path() / "ConvBenchEval/pairwise_positions.json"});
    std::vector<std::filesystem::path> paths = {found};
    std::string contents = read_file(found);
    std::vector<Sample> samples;
    if (has_dialogues) samples = read_dialogues(found);
    if (std::filesystem::exists(sides)) {
      const auto content = has_dialogues ? read_file(sides) : contents;
      add_positions(read_positions(sides, content), sides, samples);
      if (has_dialogues) paths.push_back(sides), contents += content;
    }
    for (std::size_t i = 0; i < samples.size(); ++i) samples[i].id = std::to_string(i + 1), samples[i].references = {"a person's answers"};
    return std::make_unique<SampleList>(std::move(samples), paths, digest_of(contents), [roots = picture_roots(found, kPictureFolders)](const std::filesystem::path& stated) {
      return find_picture_by_tail(stated, roots);
    });
  }

  [[nodiscard]] std::vector<std::string> prompt_profiles() const override { return profile_names<Profile>(kPrompts); }
  /// The picture with the first instruction, then the two others.
  [[nodiscard]] Question ask(const Sample& sample, std::string_view profile) const override {
    (void)find_profile<Profile>(kPrompts, profile, "prompt profile of convbench");
    if (sample.question.empty()) throw ConfigError("convbench: ConvBench.xlsx was not found beside the positions, so there is nothing to ask; judgements are scored with assay score --predictions");
    Question question;
    question.prompt = attached_prompt(sample, sample.question);
    for (std::size_t turn = 1; turn < kInstructions.size(); ++turn) question.later_turns.push_back({Role::kUser, {{field_of(sample, kInstructions[turn])}}});
    question.decoding.max_new_tokens = kNewTokens;
    question.max_tiles = kTiles;
    return question;
  }

  [[nodiscard]] std::vector<std::string> scoring_profiles() const override { return profile_names<Profile>(kScorings); }

  /// The four comparisons of a dialogue that was asked, for recorded answers.
  [[nodiscard]] std::vector<JudgeQuestion> judge_questions(const Reply& reply, std::string_view) const override {
    if (reply.earlier.size() + 1 != kInstructions.size()) return {};
    std::vector<JudgeQuestion> questions;
    for (std::size_t part = 0; part < kParts.size(); ++part) {
      questions.push_back({fmt::format("{}/{}", reply.sample.id, part), {}});
      questions.back().is_recorded_only = true;
    }
    return questions;
  }

  /// The replies by the names that the authors' script reads them by.
  [[nodiscard]] std::optional<Submission> submission(std::span<const Reply> replies) const override {
    return dialogues_submission("convbench_replies.jsonl", replies, kReplies);
  }

  /// The share of the four comparisons won.
  [[nodiscard]] Score score(const Reply& reply, std::string_view profile) const override {
    (void)find_profile<Profile>(kScorings, profile, "scoring profile of convbench");
    if (reply.judge_replies.size() != kParts.size()) return judge_failed(reply);
    if (field_of(reply.sample, "position").empty()) throw DataError("which side the model took is not said: pairwise_positions.json was not found beside ConvBench.xlsx");
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
  inline static const std::array<std::string, 3> kPictureFolders = {"visit_bench_images", "visit_bench_images/images", "images"};

  /// Puts the sides into the dialogues, or makes samples that have nothing else.
  static void add_positions(const std::vector<std::string>& positions, const std::filesystem::path& path, std::vector<Sample>& samples) {
    if (samples.empty()) samples.resize(positions.size());
    if (samples.size() != positions.size()) throw DataError(fmt::format("{}: {} positions for {} dialogues", path.string(), positions.size(), samples.size()));
    for (std::size_t i = 0; i < samples.size(); ++i) samples[i].fields["position"] = positions[i];
  }

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
    return number >= 1 && static_cast<std::size_t>(number) <= data.size() ? field_of(data.get(static_cast<std::size_t>(number - 1)), "position") : "";
  }
};

}  // namespace

std::unique_ptr<Benchmark> make_convbench() { return std::make_unique<ConvBench>(); }

}  // namespace assay
