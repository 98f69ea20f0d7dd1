#include "benchmarks/yaml_benchmark.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <map>
#include <set>
#include <utility>

#include "benchmarks/catalog.h"
#include "benchmarks/find_data.h"
#include "benchmarks/prediction_file.h"
#include "benchmarks/profile.h"
#include "benchmarks/prompt.h"
#include "benchmarks/score_state.h"
#include "benchmarks/summary.h"
#include "benchmarks/yaml_definition.h"
#include "datasets/hub_parquet.h"
#include "datasets/locate.h"
#include "datasets/vlmevalkit_tsv.h"
#include "harness/base/error.h"
#include "metrics/mean.h"
#include "metrics/python_text.h"

namespace assay {
namespace {

constexpr std::int64_t kRotationStep = 1'000'000;  // a rotated row's index is its question's plus k million, as VLMEvalKit writes them

/// The question that a row is a rotation of.
std::string circular_group(const Sample& sample) {
  if (const auto given = sample.fields.find("g_index"); given != sample.fields.end()) return given->second;
  if (!sample.group.empty()) return sample.group;
  const auto index = python::parse_int(sample.id);
  return index ? std::to_string(*index % kRotationStep) : sample.id;
}

std::string value_in(const Sample& sample, const std::string& column) {
  if (column == "category") return sample.category;
  const auto field = sample.fields.find(column);
  return field == sample.fields.end() ? "" : field->second;
}

/// One unit of a metric, and the sample that says which parts it belongs to.
struct PartUnit {
  Unit unit;
  const Sample* sample;
};

std::vector<PartUnit> question_units(std::span<const ScoredReply> replies) {
  std::vector<PartUnit> units;
  for (const auto& scored : replies) {
    if (!scored.reply.sample.references.empty()) units.push_back({{cluster_of(scored.reply.sample), scored.score.value}, &scored.reply.sample});
  }
  return units;
}

std::vector<PartUnit> circular_units(std::span<const ScoredReply> replies) {
  struct Group {
    std::size_t rows = 0, right = 0, options = 0;
    const Sample* first = nullptr;
  };
  std::map<std::string, Group> groups;
  for (const auto& scored : replies) {
    const Sample& sample = scored.reply.sample;
    if (sample.references.empty()) continue;
    Group& group = groups[circular_group(sample)];
    ++group.rows;
    group.right += scored.score.value == 1 ? 1 : 0;
    group.options = std::max(group.options, sample.options.size());
    if (group.first == nullptr) group.first = &sample;
  }
  std::vector<PartUnit> units;
  for (const auto& [name, group] : groups) {
    units.push_back({{name, group.right == group.rows && group.rows >= group.options ? 1.0 : 0.0}, group.first});
  }
  return units;
}

class YamlBenchmark final : public Benchmark {
 public:
  explicit YamlBenchmark(YamlDefinition definition) : definition_(std::move(definition)) {}
  [[nodiscard]] std::string name() const override { return definition_.name; }
  [[nodiscard]] std::string split() const override { return definition_.split; }
  [[nodiscard]] std::string summary() const override { return definition_.summary; }
  [[nodiscard]] std::string paper() const override { return definition_.paper; }
  [[nodiscard]] std::string main_metric() const override { return definition_.metrics.front().name; }
  [[nodiscard]] std::string definition_digest() const override { return definition_.digest; }

  [[nodiscard]] std::unique_ptr<SampleSource> open(const DataPlaces& places) const override {
    const YamlData& data = definition_.data;
    const auto file = find_file(places);
    switch (data.reader) {
      case YamlReader::kVlmEvalKitTsv: {
        TsvOptions options;
        options.keep_rows_without_image = data.keeps_rows_without_picture;
        return open_vlmevalkit_tsv(file, options);
      }
      case YamlReader::kJson: return open_json_table(file, data.columns, file.parent_path() / data.image_folder);
      case YamlReader::kParquet: return open_hub_parquet(file, data.columns);
    }
    throw InternalError("a reader of YAML benchmarks without its code");
  }

  [[nodiscard]] std::vector<std::string> prompt_profiles() const override { return profile_names<YamlPrompt>(definition_.prompts); }
  [[nodiscard]] Question ask(const Sample& sample, std::string_view prompt_profile) const override {
    const auto& profile = find_profile<YamlPrompt>(definition_.prompts, prompt_profile, "prompt profile of " + name());
    Question question = suffixed_question(sample, profile.text.fill(sample), {profile.name, "", profile.max_new_tokens, profile.max_tiles});
    question.decoding.min_new_tokens = profile.min_new_tokens;
    question.decoding.stop = profile.stop;
    return question;
  }

  [[nodiscard]] std::vector<std::string> scoring_profiles() const override { return profile_names<YamlScoring>(definition_.scorings); }
  [[nodiscard]] std::string answer_rule(std::string_view profile) const override {
    const auto& scoring = scoring_named(profile);
    return fmt::format("{}: {}{}{}", scoring.rule->name, scoring.rule->says, scoring.strips ? "; the reply stripped" : "",
                       scoring.through_spreadsheet ? "; a word for a missing cell is the text nan" : "");
  }
  [[nodiscard]] Score score(const Reply& reply, std::string_view profile) const override {
    const auto& scoring = scoring_named(profile);
    std::string text = scoring.through_spreadsheet ? as_vlmevalkit_reads(reply) : reply.text;
    if (scoring.strips) text = std::string(python::strip(text));
    if (reply.sample.references.empty()) return make_score(reply, text, std::numeric_limits<double>::quiet_NaN());
    auto reading = scoring.rule->read(text, reply.sample);
    return make_score(reply, std::move(reading.answer), reading.value);
  }

  [[nodiscard]] std::vector<Metric> metrics(std::span<const ScoredReply> replies, std::string_view profile) const override {
    const auto& scoring = scoring_named(profile);
    std::vector<Metric> metrics;
    std::set<std::string> names;
    const auto add = [&](std::string metric_name, const YamlMetric& metric, std::span<const Unit> units) {
      names.insert(metric_name);
      metrics.push_back(metric_of(std::move(metric_name), metric, units, scoring));
    };
    for (const auto& metric : definition_.metrics) {
      const auto units = units_of(metric, replies);
      std::vector<Unit> all;
      for (const auto& part : units) all.push_back(part.unit);
      add(metric.name, metric, all);
      for (const auto& column : metric.by) {
        std::map<std::string, std::vector<Unit>> parts;
        for (const auto& part : units) {
          if (const auto value = value_in(*part.sample, column); !value.empty()) parts[snake_case(value)].push_back(part.unit);
        }
        for (const auto& [value, part_units] : parts) {
          const auto short_name = fmt::format("{}.{}", value, metric.name);
          add(names.contains(short_name) ? fmt::format("{}.{}", snake_case(column), short_name) : short_name, metric, part_units);
        }
      }
    }
    return metrics;
  }

  [[nodiscard]] std::vector<MetricBasis> bases(std::span<const ScoredReply> replies, std::string_view profile) const override {
    const auto& main = definition_.metrics.front();
    MetricBasis basis{main.name, scoring_named(profile).is_percent ? 100.0 : 1.0, Formula::kMean, Combination::kMean, {}};
    for (const auto& part : units_of(main, replies)) {
      const bool is_group = main.kind == YamlMetricKind::kCircular;
      basis.rows.push_back({is_group ? part.unit.cluster : part.sample->id, part.unit.cluster, "", {part.unit.value}});
    }
    return {basis};
  }

  [[nodiscard]] std::vector<MetricNote> metric_notes() const override {
    std::vector<MetricNote> notes;
    for (const auto& metric : definition_.metrics) {
      const bool is_circular = metric.kind == YamlMetricKind::kCircular;
      notes.push_back({metric.name, is_circular ? "circular groups with every rotation there and answered right / circular groups" : "sum of the questions' values / questions"});
      for (const auto& column : metric.by) notes.push_back({fmt::format("<{}>.{}", column, metric.name), "the same of one part"});
    }
    return notes;
  }

  [[nodiscard]] std::vector<Reply> read_predictions(const std::filesystem::path& path, const SampleSource* data) const override {
    return match_predictions(read_prediction_file(path), data, path);
  }

 private:
  [[nodiscard]] const YamlScoring& scoring_named(std::string_view profile) const {
    return find_profile<YamlScoring>(definition_.scorings, profile, "scoring profile of " + name());
  }

  /// Beside the YAML file, else where data may lie.
  [[nodiscard]] std::filesystem::path find_file(const DataPlaces& places) const {
    const YamlData& data = definition_.data;
    const auto beside = definition_.path.parent_path() / data.file;
    if (std::filesystem::exists(beside)) return beside;
    const auto what = fmt::format("{} (defined in {})", definition_.name, definition_.path.string());
    if (data.hub.empty()) return find_first(places.roots, std::vector{data.file}, what);
    return find_data(places, std::span<const std::string_view>(), std::span<const std::string_view>(), what, {data.hub, data.file});
  }

  static std::vector<PartUnit> units_of(const YamlMetric& metric, std::span<const ScoredReply> replies) {
    return metric.kind == YamlMetricKind::kCircular ? circular_units(replies) : question_units(replies);
  }

  static Metric metric_of(std::string name, const YamlMetric& metric, std::span<const Unit> units, const YamlScoring& scoring) {
    const bool is_circular = metric.kind == YamlMetricKind::kCircular;
    const std::string divides_by = is_circular ? "circular groups" : "questions";
    if (is_circular || !scoring.rule->is_graded) {
      return proportion_metric(std::move(name), units, scoring.is_percent ? Scale::kPercent : Scale::kFraction, divides_by);
    }
    std::vector<double> values;
    for (const auto& unit : units) values.push_back(unit.value);
    const double scale = scoring.is_percent ? 100 : 1;
    return graded_metric(std::move(name), running_mean(values) * scale, units, scale, divides_by);
  }

  YamlDefinition definition_;
};

}  // namespace

bool is_yaml_benchmark(std::string_view name) { return name.ends_with(".yaml") || name.ends_with(".yml"); }

std::unique_ptr<Benchmark> make_yaml_benchmark(const std::filesystem::path& path) {
  auto definition = read_yaml_definition(path);
  const bool is_taken = std::ranges::any_of(benchmark_catalog(), [&](const BenchmarkEntry& entry) { return entry.name == definition.name; });
  if (is_taken) throw ConfigError(fmt::format("{}: \"{}\" is a built-in benchmark; give yours another name", path.string(), definition.name));
  return std::make_unique<YamlBenchmark>(std::move(definition));
}

}  // namespace assay
