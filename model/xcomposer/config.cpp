#include "model/xcomposer/config.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "harness/base/error.h"
#include "model/family_parts.h"
#include "model/xcomposer/chat_template.h"

namespace assay {
namespace {

using Version = XComposerConfig::Version;

constexpr std::string_view kVision = "vit.vision_tower.vision_model.";
constexpr std::int64_t kUsualRank = 256;

/// First and second size of a tensor; nothing when it is not there.
std::optional<std::vector<std::int64_t>> shape_of(const Checkpoint& checkpoint, const std::string& name) {
  const auto* tensor = checkpoint.find(name);
  return tensor == nullptr ? std::nullopt : std::optional(tensor->shape);
}

/// The side of the pictures that the stored position embedding is for.
std::int64_t stored_side(const Checkpoint& checkpoint, std::int64_t patch, const std::string& where) {
  const auto name = fmt::format("{}embeddings.position_embedding.weight", kVision);
  const auto shape = shape_of(checkpoint, name);
  if (!shape) throw ModelError(fmt::format("{}: \"{}\" is missing: without it the encoder's resolution is not known", where, name));
  const auto patches = shape->empty() ? 0 : shape->front() - 1;
  const auto side = static_cast<std::int64_t>(std::lround(std::sqrt(static_cast<double>(std::max<std::int64_t>(patches, 0)))));
  if (side < 1 || side * side != patches) throw ModelError(fmt::format("{}: \"{}\" has {} positions, which are no class token and a square", where, name, patches + 1));
  return side * patch;
}

std::int64_t rank_of(const Checkpoint& checkpoint, std::string_view matrix) {
  const auto shape = shape_of(checkpoint, fmt::format("model.layers.0.attention.{}.Plora_A.weight", matrix));
  return shape && !shape->empty() ? shape->front() : kUsualRank;
}

/// Alpha is not stored. PLoRA's defaults are rank 8 and alpha 16; every other rank was trained with an alpha of the same number.
/// Source: InternLM/InternLM-XComposer 0f70c3e, PLoRA of internlm-xcomposer2d5-ol-7b/base/build_mlp.py
double scale_of(std::int64_t rank) { return rank == 8 ? 2.0 : 1.0; }

PartialLora read_lora(const Checkpoint& checkpoint) {
  const auto qkv = rank_of(checkpoint, "wqkv"), other = rank_of(checkpoint, "wo");
  return {qkv, other, scale_of(qkv), scale_of(other)};
}

/// 4KHD alone has a smaller rank in wqkv.
Version version_of(const Checkpoint& checkpoint, const PartialLora& lora) {
  if (checkpoint.find("plora_glb_GN") == nullptr) return Version::kSquare;
  return lora.qkv_rank < lora.rank ? Version::k4Khd : Version::k2d5;
}

}  // namespace

int XComposerConfig::budget_of(std::optional<int> max_tiles, std::size_t image_count) const {
  const int whole = std::max(1, max_tiles.value_or(budget)), count = static_cast<int>(image_count);
  if (count < 2 || several == Several::kNothing) return whole;
  return several == Several::kSix ? std::min(whole, 6) : std::max(4, std::max(1, whole / count) / count);
}

bool is_xcomposer(const json::Value& config) {
  return json::string_or(config, "model_type", "") == "internlmxcomposer2" || architecture_of(config) == "InternLMXComposer2ForCausalLM";
}

XComposerConfig read_xcomposer_config(const std::filesystem::path& folder, const Checkpoint& checkpoint) {
  const auto path = folder / "config.json";
  const auto where = path.string();
  const auto config = json::parse_file(path);
  XComposerConfig c;
  c.language = read_language_config(config, where);
  c.language.lora = read_lora(checkpoint);
  c.version = version_of(checkpoint, c.language.lora);
  // No release has one; a smaller encoder than ViT-L/14 needs it.
  if (const auto* vision = json::find(config, "vision_config")) c.vision = read_clip_vit_config(*vision, where + ": vision_config");
  c.vision.stored_image_size = stored_side(checkpoint, c.vision.patch_size, where);
  c.vision.image_size = c.is_hd() ? c.vision.stored_image_size : json::int_or(config, "img_size", c.vision.stored_image_size);
  if (c.vision.image_size < 1 || c.vision.image_size % c.vision.patch_size != 0)
    throw ModelError(fmt::format("{}: \"img_size\" must be a multiple of the patches' {} pixels, got {}", where, c.vision.patch_size, c.vision.image_size));
  if (c.is_hd() && c.vision.image_size / c.vision.patch_size % 2 != 0)
    throw ModelError(fmt::format("{}: a tile of {} pixels has an odd number of patches a side; four of them make one feature", where, c.vision.image_size));
  c.end_ids = read_end_ids(folder, c.language);
  c.stored_dtype = json::string_or(config, "torch_dtype", json::string_or(config, "dtype", ""));
  return with_template(std::move(c), c.version == Version::k2d5 ? "xcomposer2d5" : "xcomposer2");
}

XComposerConfig with_template(XComposerConfig config, std::string_view name) {
  const bool is_2d5 = config.version == Version::k2d5;
  const auto& chat = find_xcomposer_template(name == "vlmevalkit" && is_2d5 ? "vlmevalkit_2d5" : name);
  const bool is_wrapper = chat.name.starts_with("vlmevalkit");
  config.chat_template = chat.name;
  config.system_text = chat.system_text;
  config.cut = {static_cast<int>(config.vision.image_size), 0, true};
  config.budget = 25;
  config.several = XComposerConfig::Several::kNothing;
  config.most_positions = 0;
  if (!is_2d5) return config;
  config.cut.enlargement = is_wrapper ? 1.5 : 1.0;
  config.cut.centres = is_wrapper;
  config.budget = is_wrapper ? 36 : 24;
  config.several = is_wrapper ? XComposerConfig::Several::kDivided : XComposerConfig::Several::kSix;
  if (!is_wrapper) config.most_positions = 16384;
  return config;
}

bool is_unread_by_xcomposer(std::string_view tensor) {
  if (tensor.starts_with("video_mem_proj.")) return true;
  for (const std::string_view mode : {"lora_sft_", "lora_dpo_", "lora_web_"})
    if (tensor.find(mode) != std::string_view::npos) return true;
  return false;
}

}  // namespace assay
