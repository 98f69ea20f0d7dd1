#include "model/language/config.h"

#include <fmt/format.h>

#include "harness/base/error.h"

namespace assay {
namespace {

/// What a config class fills in when its file leaves a key out, and what its graph adds to LLaMA's.
/// Source: configuration_*.py of transformers 4.37 and 5, and InternVL's own configuration_internlm2.py and configuration_phi3.py.
struct Defaults {
  std::string_view name;  ///< model_type, and architectures[0] without "ForCausalLM", in lower case
  LanguageKind kind;
  double rms_eps;
  std::int64_t max_position_embeddings;
  bool has_qkv_bias;
};

constexpr Defaults kDefaults[] = {
    {"internlm2", LanguageKind::kInternLm2, 1e-6, 2048, false}, {"internlmxcomposer2", LanguageKind::kInternLm2, 1e-6, 2048, false}, {"internlm3", LanguageKind::kLlama, 1e-6, 32768, false},
    {"llama", LanguageKind::kLlama, 1e-6, 2048, false},         {"mistral", LanguageKind::kLlama, 1e-6, 131072, false},
    {"phi3", LanguageKind::kPhi3, 1e-5, 4096, false},           {"qwen2", LanguageKind::kLlama, 1e-6, 32768, true},
    {"qwen3", LanguageKind::kQwen3, 1e-6, 32768, false},
};

std::string kind_name(const json::Value& config) {
  std::string lower = architecture_of(config);
  if (lower.empty()) return json::string_or(config, "model_type", "");
  for (auto& c : lower) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  std::string_view name(lower);
  name = name.substr(0, name.find("forcausallm"));
  if (constexpr std::string_view kLlava = "llava"; name.starts_with(kLlava)) name.remove_prefix(kLlava.size());  // "LlavaLlamaForCausalLM"
  return std::string(name == "qwen" ? "qwen2" : name);  // "LlavaQwenForCausalLM"
}

const Defaults& defaults_for(const json::Value& config, std::string_view where) {
  const auto name = kind_name(config);
  for (const auto& entry : kDefaults) {
    if (entry.name == name) return entry;
  }
  throw ModelError(fmt::format("{}: language model \"{}\" is not one that runs here (internlm2, internlm3, llama, mistral, phi3, qwen2, qwen3)",
                               where, name));
}

std::vector<double> read_factors(const json::Value& scaling, const char* key, std::int64_t count, std::string_view where) {
  std::vector<double> factors;
  for (const auto& value : json::require_array(scaling, key, where).GetArray()) factors.push_back(value.IsNumber() ? value.GetDouble() : 0);
  if (static_cast<std::int64_t>(factors.size()) != count) {
    throw ModelError(fmt::format("{}: \"{}\" must have {} numbers, got {}", where, key, count, factors.size()));
  }
  return factors;
}

RopeScaling read_rope_scaling(const json::Value& config, const json::Value& scaling, const LanguageConfig& language, const std::string& where) {
  RopeScaling rope;
  auto type = json::string_or(scaling, "rope_type", "");
  if (type.empty()) type = json::string_or(scaling, "type", "default");
  rope.factor = json::double_or(scaling, "factor", 1.0);
  if (type == "default") return rope;
  if (type == "linear") {
    rope.kind = RopeScaling::Kind::kLinear;
  } else if (type == "dynamic") {
    rope.kind = RopeScaling::Kind::kDynamicNtk;
  } else if (type == "su" || type == "longrope") {
    rope.kind = RopeScaling::Kind::kLongRope;
    rope.short_factor = read_factors(scaling, "short_factor", language.head_width / 2, where);
    rope.long_factor = read_factors(scaling, "long_factor", language.head_width / 2, where);
    rope.original_max_position_embeddings =
        json::int_or(scaling, "original_max_position_embeddings", json::int_or(config, "original_max_position_embeddings", 4096));
    rope.attention_factor = json::double_or(scaling, "attention_factor", 0);
  } else {
    throw ModelError(fmt::format("{}: rope type \"{}\" is not one that runs here (default, linear, dynamic, su, longrope)", where, type));
  }
  return rope;
}

void read_rope(const json::Value& config, LanguageConfig& language, const std::string& where) {
  language.rope_theta = json::double_or(config, "rope_theta", 10000.0);
  const auto* scaling = json::find(config, "rope_parameters");  // transformers 5
  if (scaling != nullptr && scaling->IsObject()) language.rope_theta = json::double_or(*scaling, "rope_theta", language.rope_theta);
  if (scaling == nullptr || !scaling->IsObject()) scaling = json::find(config, "rope_scaling");
  if (scaling != nullptr && scaling->IsObject()) language.rope = read_rope_scaling(config, *scaling, language, where + ": rope");
}

}  // namespace

std::string architecture_of(const json::Value& config) {
  const auto* names = json::find(config, "architectures");
  return names != nullptr && names->IsArray() && names->Size() > 0 && (*names)[0].IsString() ? (*names)[0].GetString() : "";
}

std::string describe(const LanguageConfig& c) {
  const char* names[] = {"LLaMA graph", "InternLM2", "Phi-3", "Qwen3"};
  return fmt::format("{}: {} layers of width {}, {} query and {} key heads of width {}, MLP {}, vocabulary {}", names[static_cast<int>(c.kind)],
                     c.layer_count, c.hidden_size, c.head_count, c.key_head_count, c.head_width, c.intermediate_size, c.vocabulary_size);
}

std::vector<std::int64_t> read_token_ids(const json::Value& object, std::string_view key) {
  std::vector<std::int64_t> ids;
  const auto* value = json::find(object, key);
  if (value == nullptr) return ids;
  if (value->IsInt64()) ids.push_back(value->GetInt64());
  if (value->IsArray()) {
    for (const auto& id : value->GetArray()) {
      if (id.IsInt64()) ids.push_back(id.GetInt64());
    }
  }
  return ids;
}

LanguageConfig read_language_config(const json::Value& config, std::string_view place) {
  const std::string where(place);
  const auto& defaults = defaults_for(config, where);
  LanguageConfig language;
  language.kind = defaults.kind;
  // transformers leaves out what is its LlamaConfig's default, as llava-hf's releases do.
  const auto size = [&](const char* key, std::int64_t llama) {
    return defaults.name == "llama" ? json::int_or(config, key, llama) : json::require_int(config, key, where);
  };
  language.hidden_size = size("hidden_size", 4096);
  language.layer_count = size("num_hidden_layers", 32);
  language.head_count = size("num_attention_heads", 32);
  language.intermediate_size = size("intermediate_size", 11008);
  language.vocabulary_size = size("vocab_size", 32000);
  language.key_head_count = json::int_or(config, "num_key_value_heads", language.head_count);
  if (language.head_count < 1 || language.key_head_count < 1 || language.head_count % language.key_head_count != 0) {
    throw ModelError(fmt::format("{}: {} query heads cannot share {} key heads", where, language.head_count, language.key_head_count));
  }
  language.head_width = json::int_or(config, "head_dim", language.hidden_size / language.head_count);
  for (const auto dim : {language.hidden_size, language.layer_count, language.intermediate_size, language.vocabulary_size}) {
    if (dim < 1) throw ModelError(fmt::format("{}: sizes and counts must be at least 1, got {}", where, dim));
  }
  if (language.head_width < 2 || language.head_width % 2 != 0) {
    throw ModelError(fmt::format("{}: a head's width must be even, its channels turn in pairs; got {}", where, language.head_width));
  }
  language.max_position_embeddings = json::int_or(config, "max_position_embeddings", defaults.max_position_embeddings);
  language.rms_eps = json::double_or(config, "rms_norm_eps", defaults.rms_eps);
  language.has_qkv_bias = defaults.has_qkv_bias;
  if (defaults.kind == LanguageKind::kInternLm2) language.has_qkv_bias = language.has_output_bias = json::bool_or(config, "bias", true);
  if (defaults.name == "llama" || defaults.name == "qwen3") {
    language.has_qkv_bias = language.has_output_bias = json::bool_or(config, "attention_bias", false);
    language.has_mlp_bias = json::bool_or(config, "mlp_bias", false);
  }
  if (defaults.name == "internlm3") {
    language.has_qkv_bias = json::bool_or(config, "qkv_bias", false);
    language.has_output_bias = language.has_mlp_bias = json::bool_or(config, "bias", false);
  }
  language.ties_embeddings = json::bool_or(config, "tie_word_embeddings", false);
  const bool uses_window = defaults.name == "phi3" || defaults.name == "mistral" || json::bool_or(config, "use_sliding_window", false);
  if (uses_window) language.sliding_window = json::int_or(config, "sliding_window", 0);
  language.end_ids = read_token_ids(config, "eos_token_id");
  if (const auto act = json::string_or(config, "hidden_act", "silu"); act != "silu") {
    throw ModelError(fmt::format("{}: \"hidden_act\" must be \"silu\", got \"{}\"", where, act));
  }
  read_rope(config, language, where);
  return language;
}

}  // namespace assay
