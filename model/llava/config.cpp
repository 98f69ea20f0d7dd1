#include "model/llava/config.h"

#include <fmt/format.h>

#include "harness/base/error.h"
#include "model/family_parts.h"
#include "model/llava/chat_template.h"

namespace assay {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kNextType = "llava_next";
constexpr std::int64_t kMostTilesAcross = 32;

/// Where the encoder of an original release lies: the path that the config names, or a folder of its last name in the checkpoint or beside it.
fs::path find_tower(const fs::path& folder, const std::string& name) {
  const fs::path last = fs::path(name).filename();
  for (const auto& place : {fs::path(name), folder / last, folder.parent_path() / last})
    if (!name.empty() && fs::exists(place / "config.json")) return place;
  return {};
}

/// A CLIP folder's config is that of the whole model or of its encoder alone.
ClipVitConfig read_tower_config(const fs::path& tower) {
  const auto path = tower / "config.json";
  const auto config = json::parse_file(path);
  const auto* vision = json::find(config, "vision_config");
  return read_clip_vit_config(vision != nullptr ? *vision : config, path.string());
}

/// {"shortest_edge": 336}, {"height": 336, "width": 336} or 336.
std::int64_t read_size(const json::Value& config, const char* key, std::int64_t fallback, const std::string& where) {
  const auto* value = json::find(config, key);
  if (value == nullptr) return fallback;
  if (value->IsInt64()) return value->GetInt64();
  if (value->IsObject()) {
    const auto edge = json::int_or(*value, "shortest_edge", 0), height = json::int_or(*value, "height", edge), width = json::int_or(*value, "width", edge);
    if (height == width && height > 0) return height;
  }
  throw ModelError(fmt::format("{}: \"{}\" must be a side in pixels or a square, got {}", where, key, json::dump(*value)));
}

void read_channels(const json::Value& config, const char* key, std::array<float, 3>& out) {
  const auto* value = json::find(config, key);
  if (value == nullptr || !value->IsArray() || value->Size() != 3) return;
  for (rapidjson::SizeType i = 0; i < 3; ++i)
    if ((*value)[i].IsNumber()) out[i] = static_cast<float>((*value)[i].GetDouble());
}

/// transformers' CLIPImageProcessor, as preprocessor_config.json of a native checkpoint sets it.
void read_processor(const fs::path& folder, LlavaConfig& c) {
  const auto path = folder / "preprocessor_config.json";
  if (!fs::exists(path)) return;
  const auto config = json::parse_file(path);
  c.cut.pads = json::bool_or(config, "do_pad", false);
  c.cut.resize_side = read_size(config, "size", c.cut.resize_side, path.string());
  c.cut.crop_side = json::bool_or(config, "do_center_crop", true) ? read_size(config, "crop_size", c.cut.resize_side, path.string()) : c.cut.resize_side;
  read_channels(config, "image_mean", c.cut.normalization.mean);
  read_channels(config, "image_std", c.cut.normalization.deviation);
}

/// [[336, 672], ...], width first in haotian-liu's layout, height first in transformers'; older files hold the list as a text.
std::vector<Resolution> read_resolutions(const json::Value& config, bool has_height_first, std::int64_t side, const std::string& where) {
  const auto* value = json::find(config, "image_grid_pinpoints");
  if (value == nullptr) throw ModelError(fmt::format("{}: \"image_grid_pinpoints\" is missing: the shapes of LLaVA-NeXT's canvases", where));
  const auto list = json::parse(value->IsString() ? value->GetString() : json::dump(*value), where + ": image_grid_pinpoints");
  if (!list.IsArray() || list.Empty()) throw ModelError(fmt::format("{}: \"image_grid_pinpoints\" must be a list of shapes, got {}", where, json::dump(list)));
  const auto is_length = [&](const json::Value& length) {
    return length.IsInt64() && length.GetInt64() > 0 && length.GetInt64() % side == 0 && length.GetInt64() <= kMostTilesAcross * side;
  };
  std::vector<Resolution> resolutions;
  for (const auto& pair : list.GetArray()) {
    if (!pair.IsArray() || pair.Size() != 2 || !is_length(pair[0]) || !is_length(pair[1]))
      throw ModelError(fmt::format("{}: \"image_grid_pinpoints\" must hold pairs of lengths that are 1 to {} times the encoder's {} pixels, got {}", where,
                                   kMostTilesAcross, side, json::dump(pair)));
    resolutions.push_back({pair[has_height_first ? 1 : 0].GetInt(), pair[has_height_first ? 0 : 1].GetInt()});
  }
  return resolutions;
}

AnyResolution::Merge read_merge(const json::Value& config, const std::string& where) {
  const auto name = json::string_or(config, "mm_patch_merge_type", "flat");
  if (name == "flat") return AnyResolution::Merge::kFlat;
  if (name == "spatial") return AnyResolution::Merge::kSpatial;
  if (name == "spatial_unpad") return AnyResolution::Merge::kSpatialUnpad;
  throw ModelError(fmt::format("{}: \"mm_patch_merge_type\" must be \"flat\", \"spatial\" or \"spatial_unpad\", got \"{}\"", where, name));
}

/// What the language models of the LLaVA-NeXT releases were trained with, and the older ones' name where none of them fits.
/// Source: haotian-liu/LLaVA c121f04 llava/eval/run_llava.py; LLaVA-VL/LLaVA-NeXT docs/LLaVA-NeXT.md
std::string_view template_for(const LanguageConfig& language, std::string_view type, std::string_view otherwise) {
  const auto has_rows = [&](std::int64_t vocabulary) { return language.vocabulary_size >= vocabulary && language.vocabulary_size <= vocabulary + 64; };
  if (type.find("mistral") != std::string_view::npos) return "mistral_instruct";
  if (type.find("qwen") != std::string_view::npos) return "qwen_1_5";
  if (has_rows(64000)) return "chatml_direct";  // Yi
  if (has_rows(128256)) return "llava_llama_3";
  return otherwise;
}

bool keeps_class_token(const std::string& feature, std::string_view class_and_patches, const std::string& where) {
  if (feature == class_and_patches) return true;
  if (feature == "patch" || feature == "default") return false;
  throw ModelError(fmt::format("{}: the encoder's feature must be \"{}\" or the patches alone, got \"{}\"", where, class_and_patches, feature));
}

void read_original(const json::Value& config, const fs::path& folder, const std::string& where, LlavaConfig& c) {
  c.layout = LlavaConfig::Layout::kOriginal;
  c.language = read_language_config(config, where);
  const auto aspect = json::string_or(config, "image_aspect_ratio", "");
  if (aspect.starts_with("anyres_"))
    throw ModelError(fmt::format("{}: \"image_aspect_ratio\" \"{}\" is LLaVA-OneVision's, which does not run here yet", where, aspect));
  const auto name = json::string_or(config, "mm_vision_tower", json::string_or(config, "vision_tower", ""));
  c.tower = find_tower(folder, name);
  if (!c.tower.empty()) c.vision = read_tower_config(c.tower);
  else c.vision.image_size = name.find("336") != std::string::npos ? 336 : 224;  // ViT-L/14, the only towers of these releases
  c.select_layer = read_layer(config, "mm_vision_select_layer", -2, where);
  c.keeps_class_token = keeps_class_token(json::string_or(config, "mm_vision_select_feature", "patch"), "cls_patch", where);
  const auto projector = json::string_or(config, "mm_projector_type", "linear");
  if (projector == "linear") c.projector_layers = 1;
  else if (projector.starts_with("mlp") && projector.ends_with("x_gelu") && projector.size() == 10) c.projector_layers = projector[3] - '0';
  else throw ModelError(fmt::format("{}: \"mm_projector_type\" must be \"linear\" or \"mlp2x_gelu\", got \"{}\"", where, projector));
  c.cut.pads = aspect == "pad";
  c.cut.resize_side = c.cut.crop_side = c.vision.image_size;
  c.marks_images = json::bool_or(config, "mm_use_im_start_end", false);
  if (aspect != "anyres" && read_merge(config, where) == AnyResolution::Merge::kSpatialUnpad)
    throw ModelError(fmt::format("{}: \"mm_patch_merge_type\" \"spatial_unpad\" goes with \"image_aspect_ratio\" \"anyres\", not \"{}\"", where, aspect));
  if (aspect == "anyres") c.any = {read_resolutions(config, false, c.vision.image_size, where), read_merge(config, where), false};
  c.chat_template = template_for(c.language, json::string_or(config, "model_type", ""), "vicuna_v1");
}

void read_native(const json::Value& config, const fs::path& folder, const std::string& where, LlavaConfig& c) {
  c.layout = LlavaConfig::Layout::kNative;
  c.vision = read_clip_vit_config(json::require(config, "vision_config", where), where + ": vision_config");
  c.language = read_language_config(json::require(config, "text_config", where), where + ": text_config");
  c.language.ties_embeddings = c.language.ties_embeddings || json::bool_or(config, "tie_word_embeddings", false);
  c.select_layer = read_layer(config, "vision_feature_layer", -2, where);
  c.keeps_class_token = keeps_class_token(json::string_or(config, "vision_feature_select_strategy", "default"), "full", where);
  if (const auto act = json::string_or(config, "projector_hidden_act", "gelu"); act != "gelu")
    throw ModelError(fmt::format("{}: \"projector_hidden_act\" must be \"gelu\", got \"{}\"", where, act));
  c.has_projector_bias = json::bool_or(config, "multimodal_projector_bias", true);
  c.cut.pads = false;
  c.cut.resize_side = c.cut.crop_side = c.vision.image_size;
  read_processor(folder, c);
  c.image_id = json::int_or(config, "image_token_index", json::int_or(config, "image_token_id", 32000));
  c.chat_template = "native";
  if (json::string_or(config, "model_type", "") != kNextType) return;
  c.cut.pads = false;  // its "do_pad" is about batches
  c.any = {read_resolutions(config, true, c.vision.image_size, where), AnyResolution::Merge::kSpatialUnpad, true};
  c.chat_template = template_for(c.language, json::string_or(*json::find(config, "text_config"), "model_type", ""), "llava_v1");
}

void check(const LlavaConfig& c, const std::string& where) {
  if (c.select_layer < -c.vision.layer_count - 1 || c.select_layer > c.vision.layer_count)
    throw ModelError(fmt::format("{}: the encoder has {} layers; the output of layer {} is not one of theirs", where, c.vision.layer_count, c.select_layer));
  if (c.any && c.keeps_class_token)
    throw ModelError(fmt::format("{}: LLaVA-NeXT's tiles are maps of patches; the encoder's feature must leave the class token out", where));
  if (c.cut.crop_side != c.vision.image_size || c.cut.resize_side < c.cut.crop_side)
    throw ModelError(fmt::format("{}: pictures are resized to {} and cut to {} pixels, the encoder sees {}", where, c.cut.resize_side, c.cut.crop_side,
                                 c.vision.image_size));
}

}  // namespace

bool is_llava(const json::Value& config) {
  const auto type = json::string_or(config, "model_type", ""), architecture = architecture_of(config);
  const bool is_original = json::find(config, "mm_vision_tower") != nullptr && architecture.starts_with("Llava");
  return is_original || ((type == "llava" || type == kNextType) && json::find(config, "vision_config") != nullptr);
}

LlavaConfig read_llava_config(const fs::path& folder) {
  const auto path = folder / "config.json";
  const auto where = path.string();
  const auto config = json::parse_file(path);
  LlavaConfig c;
  if (json::find(config, "text_config") != nullptr) read_native(config, folder, where, c);
  else read_original(config, folder, where, c);
  check(c, where);
  c.system_text = find_llava_template(c.chat_template).system_text;
  c.stored_dtype = json::string_or(config, "torch_dtype", json::string_or(config, "dtype", ""));
  c.end_ids = read_end_ids(folder, c.language);
  return c;
}

}  // namespace assay
