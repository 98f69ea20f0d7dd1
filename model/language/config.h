#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "harness/base/json.h"

namespace assay {

/// How rotary positions are stretched past the trained length.
struct RopeScaling {
  enum class Kind {
    kNone,
    kLinear,      ///< positions divided by `factor`
    kDynamicNtk,  ///< past max_position_embeddings the base grows with the length (InternLM2)
    kLongRope,    ///< per-frequency factors, short or long by the sequence's length (Phi-3 "su", "longrope")
  };
  Kind kind = Kind::kNone;
  double factor = 1.0;
  std::vector<double> short_factor, long_factor;    ///< kLongRope: [K/2]
  std::int64_t original_max_position_embeddings = 0;  ///< kLongRope
  double attention_factor = 0;                      ///< kLongRope: multiplies cos and sin; 0: √(1 + ln(max/original) / ln(original))
};

/// Whose tensor names and layout the checkpoint uses. The graph is one.
enum class LanguageKind { kLlama, kInternLm2, kPhi3, kQwen3 };

/// Partial LoRA (InternLM-XComposer2): each matrix of a layer has a term of low rank, (B A x) · scale, added on the positions of pictures alone.
struct PartialLora {
  std::int64_t qkv_rank = 0;  ///< of wqkv; 0: none
  std::int64_t rank = 0;      ///< of the others
  double qkv_scale = 1, scale = 1;
};

/// Dims of a decoder-only language model of the LLaMA kind.
struct LanguageConfig {
  LanguageKind kind = LanguageKind::kLlama;
  std::int64_t hidden_size = 0;
  std::int64_t layer_count = 0;
  std::int64_t head_count = 0;
  std::int64_t key_head_count = 0;
  std::int64_t head_width = 0;
  std::int64_t intermediate_size = 0;
  std::int64_t vocabulary_size = 0;
  std::int64_t max_position_embeddings = 0;
  std::int64_t sliding_window = 0;  ///< 0: none
  double rope_theta = 10000.0;
  double rms_eps = 1e-6;
  bool has_qkv_bias = false;
  bool has_output_bias = false;  ///< on the attention's output projection
  bool has_mlp_bias = false;
  bool ties_embeddings = false;
  RopeScaling rope;
  PartialLora lora;  ///< InternLM2 only; the family fills it in
  std::vector<std::int64_t> end_ids;  ///< eos_token_id
  bool is_fast = false;               ///< without the promise that a row's bits are its own (VlmOptions): whoever runs it decides this and the next
  bool has_int8_weights = false;      ///< keep projections and output matrix in 8 bits: whoever runs it decides, the checkpoint says nothing of it
};

/// Reads llm_config (OpenGVLab) or text_config (transformers). Missing keys take the default of the config class in transformers.
/// Throws ModelError for a language model or a feature we do not run, naming it.
[[nodiscard]] LanguageConfig read_language_config(const json::Value& config, std::string_view where);

/// The first of config.json's "architectures" ("LlamaForCausalLM"); empty where it names none.
[[nodiscard]] std::string architecture_of(const json::Value& config);

/// "LLaMA graph: 24 layers of width 896, ...", for people.
[[nodiscard]] std::string describe(const LanguageConfig& config);

/// One id or a list of them, as eos_token_id is written.
[[nodiscard]] std::vector<std::int64_t> read_token_ids(const json::Value& object, std::string_view key);

}  // namespace assay
