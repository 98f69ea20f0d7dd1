#include "model/internvl/config.h"

#include <fmt/format.h>

#include <cmath>

#include "harness/base/error.h"
#include "harness/base/file.h"
#include "model/family_parts.h"
#include "model/internvl/chat_template.h"

namespace assay {
namespace {

std::int64_t merge_of(const json::Value& config, const std::string& where) {
  const double ratio = json::double_or(config, "downsample_ratio", 0.5);
  const double merge = ratio > 0 ? 1 / ratio : 0;
  if (merge < 1 || merge > 64 || merge != std::floor(merge)) {
    throw ModelError(fmt::format("{}: \"downsample_ratio\" must be one over a whole number of at most 64, got {}", where, ratio));
  }
  return static_cast<std::int64_t>(merge);
}

void read_original(const json::Value& config, const std::filesystem::path& folder, const std::string& where, InternVlConfig& c) {
  c.naming = VitNaming::kOriginal;
  c.vision = read_intern_vit_config(json::require(config, "vision_config", where), c.naming, where + ": vision_config");
  c.language = read_language_config(json::require(config, "llm_config", where), where + ": llm_config");
  c.select_layer = read_layer(config, "select_layer", -1, where);
  c.tile_side = json::int_or(config, "force_image_size", c.vision.image_size);
  c.swaps_back = json::string_or(config, "ps_version", "v1") != "v1";
  c.is_dynamic = json::bool_or(config, "dynamic_image_size", false);
  c.has_thumbnail = json::bool_or(config, "use_thumbnail", false);
  c.pads_to_square = json::bool_or(config, "pad2square", false);
  c.min_tiles = static_cast<int>(json::int_or(config, "min_dynamic_patch", 1));
  c.max_tiles = static_cast<int>(json::int_or(config, "max_dynamic_patch", 6));
  c.chat_template = json::string_or(config, "template", "");
  const auto& chat = find_chat_template(c.chat_template);
  const auto conversation = folder / "conversation.py";
  c.system_text = json::string_or(config, "system_message", "");
  if (c.system_text.empty() && std::filesystem::exists(conversation)) c.system_text = system_text_in(read_file(conversation), c.chat_template);
  if (c.system_text.empty()) c.system_text = chat.system_text;
  const auto code = folder / "modeling_internvl_chat.py";
  // The first release's chat() took no list of tile counts. Its code is read as text and never run.
  if (std::filesystem::exists(code) && read_file(code).find("num_patches_list") == std::string::npos) c.attached = AttachedImages::kJoined;
}

void read_native(const json::Value& config, const std::filesystem::path& folder, const std::string& where, InternVlConfig& c) {
  c.naming = VitNaming::kNative;
  c.vision = read_intern_vit_config(json::require(config, "vision_config", where), c.naming, where + ": vision_config");
  c.language = read_language_config(json::require(config, "text_config", where), where + ": text_config");
  c.language.ties_embeddings = c.language.ties_embeddings || json::bool_or(config, "tie_word_embeddings", true);
  c.select_layer = read_layer(config, "vision_feature_layer", -1, where);
  c.tile_side = c.vision.image_size;
  if (const auto strategy = json::string_or(config, "vision_feature_select_strategy", "default"); strategy != "default") {
    throw ModelError(fmt::format("{}: \"vision_feature_select_strategy\" must be \"default\", got \"{}\"", where, strategy));
  }
  c.chat_template = "native";
  c.attached = AttachedImages::kPlain;
  const auto preprocessor = folder / "preprocessor_config.json";
  if (!std::filesystem::exists(preprocessor)) return;
  const auto pixels = json::parse_file(preprocessor);
  c.min_tiles = static_cast<int>(json::int_or(pixels, "min_patches", c.min_tiles));
  c.max_tiles = static_cast<int>(json::int_or(pixels, "max_patches", c.max_tiles));
}

}  // namespace

std::int64_t InternVlConfig::tokens_per_tile() const {
  const auto side = tile_side / vision.patch_size / merge;
  return side * side;
}

bool is_internvl(const json::Value& config) {
  const auto type = json::string_or(config, "model_type", "");
  return type == "internvl_chat" || type == "internvl" || architecture_of(config) == "InternVLChatModel" ||
         architecture_of(config) == "InternVLForConditionalGeneration";
}

InternVlConfig read_internvl_config(const std::filesystem::path& folder) {
  const auto path = folder / "config.json";
  const auto where = path.string();
  const auto config = json::parse_file(path);
  InternVlConfig c;
  c.merge = merge_of(config, where);
  if (json::find(config, "text_config") != nullptr) {
    read_native(config, folder, where, c);
  } else {
    read_original(config, folder, where, c);
  }
  if (c.select_layer < -c.vision.layer_count - 1 || c.select_layer > c.vision.layer_count) {
    throw ModelError(fmt::format("{}: the encoder has {} layers; the output of layer {} is not one of theirs", where, c.vision.layer_count, c.select_layer));
  }
  if (c.tile_side < 1 || c.tile_side % (c.vision.patch_size * c.merge) != 0) {
    throw ModelError(fmt::format("{}: a tile of {} pixels is not a whole number of {}x{} blocks of {}-pixel patches", where, c.tile_side, c.merge,
                                 c.merge, c.vision.patch_size));
  }
  if (c.min_tiles < 1 || c.max_tiles < c.min_tiles) {
    throw ModelError(fmt::format("{}: expected 1 <= min tiles <= max tiles, got {} and {}", where, c.min_tiles, c.max_tiles));
  }
  c.stored_dtype = json::string_or(config, "torch_dtype", json::string_or(config, "dtype", ""));
  c.end_ids = read_end_ids(folder, c.language);
  return c;
}

}  // namespace assay
