#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "benchmarks/yaml_rules.h"
#include "benchmarks/yaml_template.h"
#include "datasets/row_layout.h"

namespace assay {

enum class YamlReader { kVlmEvalKitTsv, kJson, kParquet };

struct YamlData {
  YamlReader reader = YamlReader::kVlmEvalKitTsv;
  std::string file;            ///< beside the YAML file, or under a place where data may lie; of parquet any shard, or with `hub` a pattern
  std::string hub;             ///< parquet: the data set's name on the hub, without its owner
  std::string image_folder;    ///< json: where relative picture names start, from the data file's folder
  bool keeps_rows_without_picture = false;  ///< vlmevalkit_tsv
  RowLayout columns;           ///< json and parquet
};

struct YamlPrompt {
  std::string name;
  PromptTemplate text;
  int max_new_tokens = 1024, min_new_tokens = 0, max_tiles = 0;
  std::vector<std::string> stop;
};

struct YamlScoring {
  std::string name;
  const YamlRule* rule = nullptr;
  bool is_percent = false;
  bool strips = false;               ///< the reply, before the rule sees it
  bool through_spreadsheet = false;  ///< a word for a missing cell is the text nan: VLMEvalKit's way
};

enum class YamlMetricKind {
  kMean,      ///< of the questions' values
  kCircular,  ///< groups of rotations: right where all of them are there and right
};
struct YamlMetric {
  std::string name;
  YamlMetricKind kind = YamlMetricKind::kMean;
  std::vector<std::string> by;  ///< columns whose every value is reported by itself; "category" is one
};

/// A benchmark written down in YAML; docs/adding-a-benchmark.md says how.
struct YamlDefinition {
  std::filesystem::path path;
  std::string digest;  ///< of the file's bytes
  std::string name, summary, paper, split;
  YamlData data;
  std::vector<YamlPrompt> prompts;
  std::vector<YamlScoring> scorings;
  std::vector<YamlMetric> metrics;
};

/// Throws ConfigError that lists everything that is wrong, each with file, line and column.
[[nodiscard]] YamlDefinition read_yaml_definition(const std::filesystem::path& path);

}  // namespace assay
