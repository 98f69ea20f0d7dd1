#include "harness/config.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <iterator>
#include <set>
#include <type_traits>

#include "benchmarks/yaml_benchmark.h"
#include "harness/base/error.h"
#include "harness/base/json.h"
#include "harness/base/number.h"
#include "harness/base/suggestion.h"
#include "remote/endpoint.h"

namespace assay {
namespace {

/// No released model takes a tenth of it, and trying all grids of more takes seconds a picture.
constexpr int kMostTiles = 1024;

std::optional<DType> dtype_named(std::string_view name) {
  if (name == "auto") return DType::kAuto;
  if (name == "float32") return DType::kFloat32;
  if (name == "bfloat16") return DType::kBFloat16;
  if (name == "float16") return DType::kFloat16;
  return std::nullopt;
}

std::optional<WeightForm> weight_form_named(std::string_view name) {
  if (name == "model") return WeightForm::kModel;
  if (name == "int8") return WeightForm::kInt8;
  return std::nullopt;
}

std::vector<std::string> split_at_commas(const std::vector<std::string>& texts) {
  std::vector<std::string> pieces;
  for (const std::string& text : texts) {
    for (std::size_t begin = 0; begin <= text.size();) {
      const auto end = std::min(text.find(',', begin), text.size());
      if (end > begin) pieces.push_back(text.substr(begin, end - begin));
      begin = end + 1;
    }
  }
  return pieces;
}

template <typename T>
struct IsOptional : std::false_type {};
template <typename T>
struct IsOptional<std::optional<T>> : std::true_type {};

/// Reads `texts` into `out`; false when they do not fit its type.
template <typename T>
bool read_texts(const std::vector<std::string>& texts, T& out) {
  if constexpr (IsOptional<T>::value) {
    typename T::value_type value{};
    if (!read_texts(texts, value)) return false;
    out = std::move(value);
    return true;
  } else if constexpr (std::is_same_v<T, std::vector<std::string>>) {
    out = texts;
    return true;
  } else {
    if (texts.size() != 1) return false;
    const std::string& text = texts.front();
    if constexpr (std::is_same_v<T, std::string>) {
      out = text;
      return true;
    } else if constexpr (std::is_same_v<T, bool>) {
      out = text == "true";
      return text == "true" || text == "false";
    } else {
      const auto number = parse_number<T>(text);
      out = number.value_or(out);
      return number.has_value();
    }
  }
}

template <typename T>
constexpr const char* expected_by() {
  if constexpr (IsOptional<T>::value) return expected_by<typename T::value_type>();
  else if constexpr (std::is_same_v<T, bool>) return "true or false";
  else if constexpr (std::is_same_v<T, std::string>) return "one text";
  else if constexpr (std::is_same_v<T, double>) return "a number";
  else if constexpr (std::is_unsigned_v<T>) return "an integer, 0 or more";
  else return "an integer";
}

template <typename T>
std::string json_of(const T& value) {
  if constexpr (IsOptional<T>::value) {
    return value ? json_of(*value) : "null";
  } else if constexpr (std::is_same_v<T, bool>) {
    return value ? "true" : "false";
  } else if constexpr (std::is_arithmetic_v<T>) {
    return fmt::format("{}", value);
  } else if constexpr (std::is_same_v<T, std::string>) {
    return json::dump_string(value);
  } else {
    json::Document document;
    document.SetArray();
    for (const auto& text : value) document.PushBack(json::string_value(text, document.GetAllocator()), document.GetAllocator());
    return json::dump(document);
  }
}

std::vector<std::string> field_names() {
  std::vector<std::string> names;
  const RunConfig config;
  visit(config, [&](const Field& field, const auto&) { names.emplace_back(field.name); });
  return names;
}

std::vector<std::string> texts_of(const YAML::Node& node) {
  std::vector<std::string> texts;
  if (node.IsSequence()) {
    for (const auto& item : node) texts.push_back(item.Scalar());
  } else {
    texts.push_back(node.Scalar());
  }
  return texts;
}

bool is_flat(const YAML::Node& node) {
  if (!node.IsSequence()) return !node.IsMap();
  return std::all_of(node.begin(), node.end(), [](const YAML::Node& item) { return item.IsScalar(); });
}

RawValues flatten(const YAML::Node& root, const std::string& path, Problems& problems) {
  const auto known = field_names();
  RawValues values;
  for (const auto& entry : root) {
    const std::string key = entry.first.Scalar();
    const std::string where = fmt::format("{}:{}: \"{}\"", path, entry.first.Mark().line + 1, key);
    if (std::find(known.begin(), known.end(), key) == known.end()) {
      problems.push_back(fmt::format("{} is no option{}", where, suggestion(key, known)));
    } else if (!is_flat(entry.second)) {
      problems.push_back(fmt::format("{} must be a value or a list of values", where));
    } else if (values.contains(key)) {
      problems.push_back(fmt::format("{} is given twice", where));
    } else if (!entry.second.IsNull()) {
      values[key] = RawValue{texts_of(entry.second), where};
    }
  }
  return values;
}

/// Gathers what does not hold.
class Demands {
 public:
  explicit Demands(Problems& problems) : problems_(problems) {}
  void that(bool holds, std::string problem) {
    if (!holds) problems_.push_back(std::move(problem));
  }
  void at_least_one(std::string_view name, std::optional<std::int64_t> value) {
    that(!value || *value >= 1, fmt::format("--{} must be at least 1, got {}", name, value.value_or(0)));
  }

 private:
  Problems& problems_;
};

/// What a checkpoint's owner decides, and not whoever asks an endpoint.
void demand_endpoint(const RunConfig& config, Problems& problems) {
  constexpr int kMostInFlight = 1024;
  constexpr double kLongestTimeout = 86400;
  Demands demands(problems);
  try {
    (void)parse_endpoint(config.model.path);
  } catch (const ConfigError& error) {
    problems.push_back(fmt::format("--model: {}", error.what()));
  }
  const RemoteOptions& options = config.endpoint.options;
  const auto is_the_servers = [&](bool is_given, std::string_view name) {
    demands.that(!is_given, fmt::format("--{} is the server's to choose; a model behind an endpoint is asked without it", name));
  };
  is_the_servers(config.model.dtype != ModelConfig{}.dtype, "dtype");
  is_the_servers(config.model.weights != ModelConfig{}.weights, "weights");
  is_the_servers(config.model.device != ModelConfig{}.device, "device");
  is_the_servers(config.model.is_fast, "fast");
  is_the_servers(config.model.chat_template.has_value(), "chat-template");
  is_the_servers(config.decoding.max_tiles.has_value(), "max-tiles");
  demands.that(!config.task.ranks_options, "--rank-options needs a checkpoint: the chat API does not tell options' likelihoods");
  demands.that(options.in_flight >= 1 && options.in_flight <= kMostInFlight, fmt::format("--in-flight must be in [1, {}], got {}", kMostInFlight, options.in_flight));
  demands.that(picture_form_named(options.pictures).has_value(),
               fmt::format("--send-pictures must be file, png, jpeg or jpeg:<quality>, got \"{}\"", options.pictures));
  demands.that(options.timeout_s >= 0.001 && options.timeout_s <= kLongestTimeout,
               fmt::format("--request-timeout must be in [0.001, {}] seconds, got {}", kLongestTimeout, options.timeout_s));
  demands.that(options.retries >= 0, fmt::format("--retries must be 0 or more, got {}", options.retries));
  demands.that(config.endpoint.price_in >= 0 && config.endpoint.price_out >= 0, "--price-in and --price-out must be 0 or more");
}

}  // namespace

RawValues read_config_file(const std::string& path, Problems& problems) {
  try {
    const YAML::Node root = YAML::LoadFile(path);
    if (root.IsMap()) return flatten(root, path, problems);
    if (!root.IsNull()) problems.push_back(fmt::format("{}: expected lines of `option: value`, as `assay run --print-config` writes", path));
  } catch (const YAML::BadFile&) {
    problems.push_back(fmt::format("{}: cannot open this config file", path));
  } catch (const YAML::Exception& error) {
    problems.push_back(fmt::format("{}:{}:{}: not YAML: {}", path, error.mark.line + 1, error.mark.column + 1, error.msg));
  }
  return {};
}

RunConfig make_config(const RawValues& file, const RawValues& command_line, Problems& problems) {
  RunConfig config;
  visit(config, [&]<typename T>(const Field& field, T& value) {
    auto raw = command_line.find(field.name);
    if (raw == command_line.end()) {
      raw = file.find(field.name);
      if (raw == file.end()) return;
    }
    const auto texts = field.splits_at_commas ? split_at_commas(raw->second.texts) : raw->second.texts;
    if (read_texts(texts, value)) return;
    problems.push_back(fmt::format("{} must be {}, got \"{}\"", raw->second.where, expected_by<T>(), fmt::join(texts, "\", \"")));
  });
  return config;
}

Problems validate_model(const RunConfig& config) {
  Problems problems;
  Demands demands(problems);
  demands.that(!config.model.path.empty(), "--model is missing: name a checkpoint folder");
  if (names_endpoint(config.model.path)) demand_endpoint(config, problems);
  demands.at_least_one("max-tiles", config.decoding.max_tiles);
  demands.that(config.decoding.max_tiles.value_or(1) <= kMostTiles, fmt::format("--max-tiles must be at most {}, got {}", kMostTiles, config.decoding.max_tiles.value_or(1)));
  demands.at_least_one("batch", config.model.batch);
  demands.at_least_one("max-image-pixels", config.model.max_image_pixels);
  demands.at_least_one("max-image-bytes", config.model.max_image_bytes);
  demands.that(config.model.kv_cache_mib >= 1 && config.model.kv_cache_mib < (std::int64_t{1} << 30),
               fmt::format("--kv-cache must be 1 or more MiB, got {}", config.model.kv_cache_mib));
  demands.that(config.model.prefix_cache_mib >= 0 && config.model.prefix_cache_mib < (std::int64_t{1} << 30),
               fmt::format("--prefix-cache must be 0 or more MiB, got {}", config.model.prefix_cache_mib));
  demands.that(!config.model.is_fast || config.model.audit_share == 0 || config.model.audit_share == ModelConfig{}.audit_share,
               "--audit looks for bits that differ, which --fast does not promise not to; leave one of them out");
  demands.that(config.model.audit_share >= 0 && config.model.audit_share <= 1,
               fmt::format("--audit must be a share in [0, 1], got {}", config.model.audit_share));
  demands.that(config.model.threads >= 0, fmt::format("--threads must be 0 or more, got {}", config.model.threads));
  demands.that(dtype_named(config.model.dtype).has_value(),
               fmt::format("--dtype must be auto, float32, bfloat16 or float16, got \"{}\"", config.model.dtype));
  demands.that(weight_form_named(config.model.weights).has_value(), fmt::format("--weights must be model or int8, got \"{}\"", config.model.weights));
  demands.that(!config.decoding.drops_pictures || !config.model.blanks_pictures, "--without-pictures and --blank-pictures exclude each other");
  demands.that(!config.model.has_no_system || !config.model.system_text, "--system and --no-system exclude each other");
  return problems;
}

Problems validate(const RunConfig& config, std::span<const std::string> known_benchmarks) {
  Problems problems = validate_model(config);
  Demands demands(problems);
  demands.that(!config.task.benchmarks.empty(), "--bench is missing: name one or more benchmarks, see `assay list`");
  std::set<std::string> seen;
  for (const std::string& name : config.task.benchmarks) {
    if (!is_yaml_benchmark(name) && std::find(known_benchmarks.begin(), known_benchmarks.end(), name) == known_benchmarks.end())
      problems.push_back(fmt::format("no benchmark is named \"{}\"{}", name, suggestion(name, known_benchmarks)));
    demands.that(seen.insert(name).second, fmt::format("--bench names \"{}\" twice", name));
  }
  demands.at_least_one("limit", config.task.limit);
  demands.that(config.task.samples.empty() || config.task.samples_file.empty(), "--sample and --samples exclude each other");
  demands.that(config.decoding.temperature >= 0, fmt::format("--temperature must be 0 or more, got {}", config.decoding.temperature));
  demands.that(config.decoding.top_p > 0 && config.decoding.top_p <= 1, fmt::format("--top-p must be in (0, 1], got {}", config.decoding.top_p));
  demands.that(config.decoding.top_k >= 0, fmt::format("--top-k must be 0 or more, got {}", config.decoding.top_k));
  demands.at_least_one("max-new-tokens", config.decoding.max_new_tokens);
  demands.that(config.output.max_failures >= 0 && config.output.max_failures <= 1,
               fmt::format("--max-failures must be a share in [0, 1], got {}", config.output.max_failures));
  demands.at_least_one("repeat", config.output.repeat);
  demands.that(config.output.format == "text" || config.output.format == "json",
               fmt::format("--format must be text or json, got \"{}\"", config.output.format));
  return problems;
}

void append(Problems& problems, Problems more) {
  problems.insert(problems.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

void throw_if_any(std::span<const std::string> problems) {
  if (problems.empty()) return;
  if (problems.size() == 1) throw ConfigError(problems.front());
  throw ConfigError(fmt::format("{} problems:\n  - {}", problems.size(), fmt::join(problems, "\n  - ")));
}

std::vector<FieldText> field_texts(const RunConfig& config) {
  std::vector<FieldText> texts;
  visit(config, [&](const Field& field, const auto& value) { texts.push_back({field, json_of(value)}); });
  return texts;
}

std::string to_yaml(const RunConfig& config) {
  std::string yaml;
  for (const auto& [field, json] : field_texts(config))  // JSON values are YAML values, and quoted as they should be
    yaml += fmt::format("{}: {}  # {}\n", field.name, json, field.help);
  return yaml;
}

VlmOptions vlm_options(const RunConfig& config) {
  VlmOptions options;
  options.dtype = dtype_named(config.model.dtype).value_or(DType::kAuto);
  options.weights = weight_form_named(config.model.weights).value_or(WeightForm::kModel);
  options.device = config.model.device;
  options.threads = config.model.threads;
  options.batch = config.model.batch;
  options.kv_bytes = config.model.kv_cache_mib << 20;
  options.prefix_bytes = config.model.prefix_cache_mib << 20;
  options.feature_folder = config.model.feature_folder;
  options.is_fast = config.model.is_fast;
  options.audit_share = config.model.audit_share;
  options.audit_seed = config.decoding.seed;
  options.chat_template = config.model.chat_template;
  options.system_text = config.model.has_no_system ? std::optional<std::string>("") : config.model.system_text;
  options.image_limits = {config.model.max_image_pixels, config.model.max_image_bytes};
  options.blanks_pictures = config.model.blanks_pictures;
  return options;
}

std::string weights_label(const RunConfig& config) { return config.model.weights == ModelConfig{}.weights ? "" : config.model.weights; }

}  // namespace assay
