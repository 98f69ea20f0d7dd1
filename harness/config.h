#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "model/vlm.h"
#include "remote/options.h"

namespace assay {

/// Which model, and how it computes.
struct ModelConfig {
  std::string path;
  std::string dtype = "auto";
  std::string weights = "model";
  std::string device = "cpu";
  int threads = VlmOptions{}.threads;
  int batch = VlmOptions{}.batch;
  std::int64_t kv_cache_mib = VlmOptions{}.kv_bytes >> 20;
  std::int64_t prefix_cache_mib = VlmOptions{}.prefix_bytes >> 20;
  std::string feature_folder;
  bool is_fast = VlmOptions{}.is_fast;
  double audit_share = VlmOptions{}.audit_share;
  std::optional<std::string> chat_template;
  std::optional<std::string> system_text;
  bool has_no_system = false;
  std::int64_t max_image_pixels = ImageLimits{}.max_pixels;
  std::int64_t max_image_bytes = ImageLimits{}.max_bytes;
  bool blanks_pictures = false;
};

/// How a model behind an endpoint is asked, and what its tokens cost.
struct EndpointConfig {
  RemoteOptions options;
  double price_in = 0;  ///< of a million tokens, in whatever money
  double price_out = 0;
};

/// What is asked, and how the replies are scored.
struct TaskConfig {
  std::vector<std::string> benchmarks;
  std::string data_dir;
  std::optional<std::int64_t> limit;
  std::vector<std::string> samples;
  std::string samples_file;
  std::string prompt_profile;
  std::vector<std::string> scoring_profiles;
  std::vector<std::string> plugins;
  bool ranks_options = false;
};

/// What is set in place of a benchmark's own decoding.
struct DecodingConfig {
  double temperature = 0;  ///< 0: greedy, whatever the three below say
  double top_p = 1;
  int top_k = 0;  ///< 0: all tokens
  std::uint64_t seed = 0;
  std::optional<int> max_new_tokens;
  std::optional<int> max_tiles;
  bool reencodes_pictures = false;
  bool drops_pictures = false;
};

/// Where the run is kept, and when it gives up.
struct OutputConfig {
  std::string folder;
  double max_failures = 0.01;
  bool retries_failed = false;
  std::string format = "text";
  int repeat = 1;
};

struct RunConfig {
  ModelConfig model;
  EndpointConfig endpoint;
  TaskConfig task;
  DecodingConfig decoding;
  OutputConfig output;
};

/// What a run that goes on in the same folder may change.
enum class Effect {
  kFixed,  ///< another value gives other results
  kFree,   ///< speed, presentation, or something that the manifest compares by its content
};

/// One entry of the config: the option's name (`--name`), the key in a config file (`name:`) and the manifest's member.
struct Field {
  std::string_view name;
  std::string_view value_name;  ///< for --help
  std::string_view help;
  Effect effect = Effect::kFixed;
  bool splits_at_commas = false;
};

/// The one list of fields. It drives the command line, config files, --print-config, --help and the manifest.
template <typename Config, typename Visitor>
void visit(Config& config, Visitor&& field) {
  field(Field{"model", "DIR", "checkpoint folder, or openai:URL#NAME for a model behind an endpoint (docs/remote.md)", Effect::kFree}, config.model.path);
  field(Field{"bench", "NAME,...", "benchmarks, see `assay list`", Effect::kFixed, true}, config.task.benchmarks);
  field(Field{"plugin", "FILE", "shared object with benchmarks of your own (docs/adding-a-benchmark.md); may be repeated", Effect::kFree}, config.task.plugins);
  field(Field{"data-dir", "DIR", "where the data sets lie; before ASSAY_DATA, LMUData and the hub cache", Effect::kFree},
        config.task.data_dir);
  field(Field{"out", "DIR", "run folder; an unfinished run in it goes on", Effect::kFree}, config.output.folder);
  field(Field{"limit", "N", "only the first N samples of each benchmark", Effect::kFixed}, config.task.limit);
  field(Field{"sample", "ID", "only this sample; may be repeated", Effect::kFixed}, config.task.samples);
  field(Field{"samples", "FILE", "only the samples that this file lists, one id a line; `assay plan --write-subset` writes one", Effect::kFree},
        config.task.samples_file);
  field(Field{"prompt-profile", "NAME", "how to ask; default: each benchmark's first", Effect::kFree}, config.task.prompt_profile);
  field(Field{"rank-options", "", "also rank multiple-choice letters by likelihood, and say beside the scores how often the likeliest is right", Effect::kFixed},
        config.task.ranks_options);
  field(Field{"profile", "NAME,...", "how to score; default: each benchmark's first", Effect::kFree, true},
        config.task.scoring_profiles);
  field(Field{"temperature", "T", "above 0: draw each token from the softmax at this temperature; 0: greedy", Effect::kFixed},
        config.decoding.temperature);
  field(Field{"top-p", "P", "draw from the likeliest tokens that hold this much together", Effect::kFixed}, config.decoding.top_p);
  field(Field{"top-k", "N", "draw from the N likeliest tokens; 0: from all", Effect::kFixed}, config.decoding.top_k);
  field(Field{"seed", "N", "for drawing; each sample has its own stream from it", Effect::kFixed}, config.decoding.seed);
  field(Field{"max-new-tokens", "N", "in place of the benchmark's own limit", Effect::kFixed}, config.decoding.max_new_tokens);
  field(Field{"max-tiles", "N", "most tiles a picture is cut into; default: as the checkpoint says", Effect::kFixed},
        config.decoding.max_tiles);
  field(Field{"reencode-like-vlmevalkit", "", "show the pictures of its tables as it does: through JPEG where their image_path ends in .jpg", Effect::kFixed},
        config.decoding.reencodes_pictures);
  field(Field{"without-pictures", "", "ask the questions alone, no picture in the prompt: what a model knows without looking (`assay score --without-pictures`)", Effect::kFixed},
        config.decoding.drops_pictures);
  field(Field{"dtype", "NAME", "auto (the checkpoint's), float32, bfloat16 or float16", Effect::kFree}, config.model.dtype);
  field(Field{"weights", "FORM", "model (as the checkpoint has them) or int8: the language model's linear layers in 8 bits, for faster decoding and other replies", Effect::kFree},
        config.model.weights);
  field(Field{"device", "NAME", "where to compute: cpu, cuda, or one of several GPUs by its number, cuda:1", Effect::kFixed}, config.model.device);
  field(Field{"chat-template", "NAME", "in place of the checkpoint's", Effect::kFree}, config.model.chat_template);
  field(Field{"system", "TEXT", "system text in place of the checkpoint's", Effect::kFree}, config.model.system_text);
  field(Field{"no-system", "", "no system turn", Effect::kFree}, config.model.has_no_system);
  field(Field{"max-image-pixels", "N", "a picture with more is a failed sample", Effect::kFixed}, config.model.max_image_pixels);
  field(Field{"max-image-bytes", "N", "a picture file with more is a failed sample", Effect::kFixed}, config.model.max_image_bytes);
  field(Field{"blank-pictures", "", "show one plain colour in place of every picture: the score of guessing", Effect::kFixed},
        config.model.blanks_pictures);
  field(Field{"batch", "N", "requests decoded together at the most", Effect::kFree}, config.model.batch);
  field(Field{"kv-cache", "MIB", "most memory that the replies under way may come to need for keys and values; fewer are written at once where prompts are long. No reply depends on it",
              Effect::kFree},
        config.model.kv_cache_mib);
  field(Field{"prefix-cache", "MIB", "most memory for pictures' prompts that the next question on them goes on from; 0: none. No reply depends on it", Effect::kFree},
        config.model.prefix_cache_mib);
  field(Field{"feature-cache", "DIR", "keep pictures' features there, for the next run with the same encoder; runs may share it. No reply depends on it",
              Effect::kFree}, config.model.feature_folder);
  field(Field{"fast", "", "without the promise that no reply depends on what is asked beside it, and without --audit: for GPUs and float32 (docs/speed.md says what it gains)", Effect::kFixed},
        config.model.is_fast);
  field(Field{"audit", "SHARE", "of the samples: run them again by themselves and compare every logit and token; a difference ends the run with code 4",
              Effect::kFree}, config.model.audit_share);
  field(Field{"threads", "N", "compute threads; 0: one per core", Effect::kFree}, config.model.threads);
  field(Field{"in-flight", "N", "of an endpoint: requests under way at the most; fewer while it says that these are too many", Effect::kFree},
        config.endpoint.options.in_flight);
  field(Field{"api-key-env", "NAME", "of an endpoint: the environment variable that holds the key; default: no key is sent", Effect::kFree},
        config.endpoint.options.api_key_env);
  field(Field{"send-pictures", "FORM", "to an endpoint: file (its own bytes), png, jpeg or jpeg:QUALITY", Effect::kFree}, config.endpoint.options.pictures);
  field(Field{"stream", "", "of an endpoint: take replies in pieces, which tells the time to the first token", Effect::kFree},
        config.endpoint.options.streams);
  field(Field{"request-timeout", "SECONDS", "of an endpoint: for one attempt", Effect::kFree}, config.endpoint.options.timeout_s);
  field(Field{"retries", "N", "of an endpoint: further attempts where it is busy, broken or not there", Effect::kFree}, config.endpoint.options.retries);
  field(Field{"price-in", "AMOUNT", "of an endpoint: for a million prompt tokens; the run's cost is then printed", Effect::kFree}, config.endpoint.price_in);
  field(Field{"price-out", "AMOUNT", "of an endpoint: for a million tokens of replies", Effect::kFree}, config.endpoint.price_out);
  field(Field{"max-failures", "SHARE", "end with code 4 when more samples than this share fail", Effect::kFree},
        config.output.max_failures);
  field(Field{"retry-failed", "", "ask again for samples whose record is an error", Effect::kFree}, config.output.retries_failed);
  field(Field{"repeat", "N", "run it N times, into repeat-2 ... below --out: how many replies a repeated run changes is kept as noise for the gate",
              Effect::kFree}, config.output.repeat);
  field(Field{"format", "NAME", "what goes to stdout: text or json", Effect::kFree}, config.output.format);
}

/// A value as somebody wrote it, and where: `--limit`, or `eval.yaml:3: "limit"`.
struct RawValue {
  std::vector<std::string> texts;
  std::string where;
};
using RawValues = std::map<std::string, RawValue, std::less<>>;

/// What is wrong with a command, one sentence each, gathered so that all of it is told at once.
using Problems = std::vector<std::string>;

/// The keys of a YAML file. A file that cannot be read or is no flat map, and each unknown key (with a suggestion), is a problem.
[[nodiscard]] RawValues read_config_file(const std::string& path, Problems& problems);

/// Defaults, overlaid by `file`, overlaid by `command_line`. A value that does not fit its field is a problem and leaves the default.
[[nodiscard]] RunConfig make_config(const RawValues& file, const RawValues& command_line, Problems& problems);

/// Everything wrong with the options that opening a model takes.
[[nodiscard]] Problems validate_model(const RunConfig& config);
/// Everything wrong with a config for a run, those included; empty when it can go.
[[nodiscard]] Problems validate(const RunConfig& config, std::span<const std::string> known_benchmarks);

/// Puts `more` behind `problems`.
void append(Problems& problems, Problems more);

/// Throws ConfigError that lists all of `problems`, if any.
void throw_if_any(std::span<const std::string> problems);

/// As a file that read_config_file reads back to the same config, with each field's help beside it.
[[nodiscard]] std::string to_yaml(const RunConfig& config);

/// A field's value on one line of JSON; null for an optional one that is not set.
struct FieldText {
  Field field;
  std::string json;
};
[[nodiscard]] std::vector<FieldText> field_texts(const RunConfig& config);

[[nodiscard]] VlmOptions vlm_options(const RunConfig& config);

/// For reports: the form of the weights, where it is not the checkpoint's.
[[nodiscard]] std::string weights_label(const RunConfig& config);

}  // namespace assay
