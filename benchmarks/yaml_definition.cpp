#include "benchmarks/yaml_definition.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <functional>
#include <optional>
#include <set>
#include <utility>

#include "harness/base/digest.h"
#include "harness/base/error.h"
#include "harness/base/file.h"
#include "harness/base/number.h"
#include "harness/base/suggestion.h"

namespace assay {
namespace {

constexpr std::size_t kMostBytes = 1 << 20;  // a definition is some dozen lines
constexpr int kMostTokens = 1 << 20, kMostTiles = 1024;

/// Reads values out of maps and gathers what is wrong with them.
class YamlValues {
 public:
  explicit YamlValues(std::string file) : file_(std::move(file)) {}

  void wrong(const YAML::Mark& mark, std::string_view what) {
    problems_.push_back(mark.is_null() ? fmt::format("{}: {}", file_, what) : fmt::format("{}:{}:{}: {}", file_, mark.line + 1, mark.column + 1, what));
  }
  void wrong(const YAML::Node& node, std::string_view what) { wrong(node ? node.Mark() : YAML::Mark::null_mark(), what); }
  void throw_if_any() const {
    if (!problems_.empty()) throw ConfigError(fmt::format("{}", fmt::join(problems_, "\n")));
  }

  /// Whether it is a map; its keys must be `known`, each once.
  bool is_map(const YAML::Node& node, std::string_view what, const std::vector<std::string>& known) {
    if (!node.IsMap()) {
      wrong(node, fmt::format("{} must be a map with some of the keys {}", what, fmt::join(known, ", ")));
      return false;
    }
    std::set<std::string> seen;
    for (const auto& entry : node) {
      const std::string key = entry.first.IsScalar() ? entry.first.Scalar() : "";
      if (std::ranges::find(known, key) == known.end()) wrong(entry.first, fmt::format("{} has no key \"{}\"{}", what, key, suggestion(key, known)));
      else if (!seen.insert(key).second) wrong(entry.first, fmt::format("\"{}\" is given twice", key));
    }
    return true;
  }

  std::optional<std::string> text(const YAML::Node& map, const char* key) {
    const auto node = map[key];
    if (!node || node.IsNull()) return std::nullopt;
    if (node.IsScalar()) return node.Scalar();
    wrong(node, fmt::format("\"{}\" must be a text", key));
    return std::nullopt;
  }
  std::string text_or(const YAML::Node& map, const char* key, std::string fallback) { return text(map, key).value_or(std::move(fallback)); }
  std::string required(const YAML::Node& map, const char* key, std::string_view what) {
    const auto found = text(map, key);
    if (!map[key]) wrong(map, fmt::format("{} needs \"{}\"", what, key));
    return found.value_or("");
  }
  /// A text, or a list of texts.
  std::vector<std::string> texts(const YAML::Node& map, const char* key) {
    const auto node = map[key];
    if (!node || node.IsNull()) return {};
    if (node.IsScalar()) return {node.Scalar()};
    std::vector<std::string> found;
    for (const auto& item : node) {
      if (node.IsSequence() && item.IsScalar()) found.push_back(item.Scalar());
    }
    if (!node.IsSequence() || found.size() != node.size()) wrong(node, fmt::format("\"{}\" must be a text or a list of texts", key));
    return found;
  }
  bool flag(const YAML::Node& map, const char* key, bool fallback) {
    const auto found = text(map, key);
    if (!found || *found == "true" || *found == "false") return found ? *found == "true" : fallback;
    wrong(map[key], fmt::format("\"{}\" must be true or false, got \"{}\"", key, *found));
    return fallback;
  }
  int number(const YAML::Node& map, const char* key, int fallback, int least, int most) {
    const auto found = text(map, key);
    if (!found) return fallback;
    if (const auto value = parse_number<int>(*found); value && *value >= least && *value <= most) return *value;
    wrong(map[key], fmt::format("\"{}\" must be a whole number in [{}, {}], got \"{}\"", key, least, most, *found));
    return fallback;
  }
  /// Runs `read` for each entry of a list, which must have some.
  void each(const YAML::Node& map, const char* key, const std::function<void(const YAML::Node&)>& read) {
    const auto node = map[key];
    if (!node || !node.IsSequence() || node.size() == 0) return wrong(node ? node : map, fmt::format("\"{}\" must be a list with at least one entry", key));
    for (const auto& item : node) read(item);
  }
  /// The place of `name` among `known`; 0, and a problem, where it is none of them.
  std::size_t choice(const YAML::Node& map, const char* key, const std::string& name, const std::vector<std::string>& known) {
    const auto found = std::ranges::find(known, name);
    if (found != known.end()) return static_cast<std::size_t>(found - known.begin());
    if (map[key]) wrong(map[key], fmt::format("there is no {} \"{}\"{}", key, name, suggestion(name, known)));
    return 0;
  }

 private:
  std::string file_;
  std::vector<std::string> problems_;
};

void check_name(YamlValues& values, const YAML::Node& map, const std::string& name) {
  const bool is_fine = !name.empty() && std::ranges::all_of(name, [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-'; });
  if (!is_fine && map["name"]) values.wrong(map["name"], fmt::format("\"name\" must be of a to z, 0 to 9, - and _, got \"{}\"", name));
}

template <typename Named>
void check_new(YamlValues& values, const YAML::Node& map, const std::vector<Named>& before, const std::string& name, const char* what) {
  const bool is_there = std::ranges::any_of(before, [&](const Named& one) { return one.name == name; });
  if (is_there) values.wrong(map["name"], fmt::format("two {} are called \"{}\"", what, name));
}

RowLayout read_columns(YamlValues& values, const YAML::Node& data) {
  RowLayout layout;
  const auto map = data["columns"];
  if (!map) return layout;
  if (!values.is_map(map, "columns", {"id", "group", "category", "hint", "question", "answer", "options", "answer_is_place", "image"})) return layout;
  layout.id = values.text_or(map, "id", "");
  layout.group = values.text_or(map, "group", "");
  layout.category = values.text_or(map, "category", "");
  layout.hint = values.text_or(map, "hint", "");
  layout.question = values.text_or(map, "question", layout.question);
  layout.answers = values.text_or(map, "answer", layout.answers);
  layout.options = values.texts(map, "options");
  layout.answer_is_place = values.flag(map, "answer_is_place", false);
  if (map["image"]) layout.pictures = values.texts(map, "image");
  return layout;
}

YamlData read_data(YamlValues& values, const YAML::Node& root) {
  YamlData data;
  const auto map = root["data"];
  if (!map) return values.wrong(root, "the benchmark needs \"data\""), data;
  if (!values.is_map(map, "data", {"reader", "file", "hub", "image_folder", "keep_rows_without_picture", "columns"})) return data;
  const std::vector<std::string> readers = {"vlmevalkit_tsv", "json", "parquet"};
  data.reader = static_cast<YamlReader>(values.choice(map, "reader", values.required(map, "reader", "data"), readers));
  data.file = values.required(map, "file", "data");
  data.hub = values.text_or(map, "hub", "");
  data.image_folder = values.text_or(map, "image_folder", "");
  data.keeps_rows_without_picture = values.flag(map, "keep_rows_without_picture", false);
  data.columns = read_columns(values, map);
  const auto belongs = [&](const char* key, YamlReader reader) {
    if (map[key] && data.reader != reader) {
      values.wrong(map[key], fmt::format("\"{}\" belongs to the reader {}", key, readers[static_cast<std::size_t>(reader)]));
    }
  };
  belongs("hub", YamlReader::kParquet);
  belongs("image_folder", YamlReader::kJson);
  belongs("keep_rows_without_picture", YamlReader::kVlmEvalKitTsv);
  if (map["columns"] && data.reader == YamlReader::kVlmEvalKitTsv) values.wrong(map["columns"], "the columns of a VLMEvalKit table have names of their own; \"columns\" belongs to json and parquet");
  return data;
}

void read_prompt(YamlValues& values, const YAML::Node& map, std::vector<YamlPrompt>& prompts) {
  if (!values.is_map(map, "a prompt", {"name", "text", "option_line", "max_new_tokens", "min_new_tokens", "max_tiles", "stop"})) return;
  const auto name = values.required(map, "name", "a prompt"), text = values.required(map, "text", "a prompt");
  check_name(values, map, name);
  check_new(values, map, prompts, name, "prompts");
  try {
    prompts.push_back({name, PromptTemplate(text, values.text_or(map, "option_line", "{letter}. {text}")), values.number(map, "max_new_tokens", 1024, 1, kMostTokens),
                       values.number(map, "min_new_tokens", 0, 0, kMostTokens), values.number(map, "max_tiles", 0, 0, kMostTiles), values.texts(map, "stop")});
  } catch (const ConfigError& error) {
    values.wrong(map["text"], fmt::format("\"text\": {}", error.what()));
  }
}

void read_scoring(YamlValues& values, const YAML::Node& map, std::vector<YamlScoring>& scorings) {
  if (!values.is_map(map, "a scoring", {"name", "rule", "scale", "strip", "through_spreadsheet"})) return;
  std::vector<std::string> rules;
  for (const auto& rule : yaml_rules()) rules.emplace_back(rule.name);
  YamlScoring scoring;
  scoring.name = values.required(map, "name", "a scoring");
  check_name(values, map, scoring.name);
  check_new(values, map, scorings, scoring.name, "scorings");
  scoring.rule = &yaml_rules()[values.choice(map, "rule", values.required(map, "rule", "a scoring"), rules)];
  scoring.is_percent = values.choice(map, "scale", values.text_or(map, "scale", "fraction"), {"fraction", "percent"}) == 1;
  scoring.strips = values.flag(map, "strip", false);
  scoring.through_spreadsheet = values.flag(map, "through_spreadsheet", false);
  scorings.push_back(std::move(scoring));
}

void read_metric(YamlValues& values, const YAML::Node& map, std::vector<YamlMetric>& metrics) {
  if (!values.is_map(map, "a metric", {"name", "kind", "by"})) return;
  YamlMetric metric;
  metric.name = values.required(map, "name", "a metric");
  check_name(values, map, metric.name);
  check_new(values, map, metrics, metric.name, "metrics");
  metric.kind = static_cast<YamlMetricKind>(values.choice(map, "kind", values.text_or(map, "kind", "mean"), {"mean", "circular"}));
  metric.by = values.texts(map, "by");
  metrics.push_back(std::move(metric));
}

}  // namespace

YamlDefinition read_yaml_definition(const std::filesystem::path& path) {
  const auto content = [&] {
    try {
      return read_file(path);
    } catch (const DataError& error) {
      throw ConfigError(error.what());
    }
  }();
  YamlValues values(path.string());
  if (content.size() > kMostBytes) throw ConfigError(fmt::format("{}: a benchmark's definition has at most {} bytes, this file {}", path.string(), kMostBytes, content.size()));
  YAML::Node root;
  try {
    root = YAML::Load(content);
  } catch (const YAML::Exception& error) {
    values.wrong(error.mark, error.msg);
    values.throw_if_any();
  }
  YamlDefinition definition;
  definition.path = path;
  definition.digest = digest_of(content);
  if (values.is_map(root, "the benchmark", {"name", "summary", "paper", "split", "data", "prompts", "scoring", "metrics"})) {
    definition.name = values.required(root, "name", "the benchmark");
    check_name(values, root, definition.name);
    definition.summary = values.text_or(root, "summary", "written in YAML");
    definition.paper = values.text_or(root, "paper", "none");
    definition.split = values.text_or(root, "split", "test");
    definition.data = read_data(values, root);
    values.each(root, "prompts", [&](const YAML::Node& map) { read_prompt(values, map, definition.prompts); });
    values.each(root, "scoring", [&](const YAML::Node& map) { read_scoring(values, map, definition.scorings); });
    values.each(root, "metrics", [&](const YAML::Node& map) { read_metric(values, map, definition.metrics); });
  }
  values.throw_if_any();
  return definition;
}

}  // namespace assay
