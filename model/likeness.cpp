#include "model/likeness.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "harness/base/error.h"
#include "model/checkpoint/tensor_file.h"

namespace assay {
namespace {

/// What the names of a part's tensors begin with; several where releases differ.
using Beginnings = std::array<std::string_view, 4>;

struct Look {
  std::string_view family;
  std::string_view layout;  ///< whose: "InternLM's"
  std::string_view config;  ///< what its config.json has
  Beginnings encoder, projector, language;
};
constexpr Beginnings kNestedLanguage = {"model.language_model.", "language_model."};
constexpr Look kLooks[] = {
    {"internvl", "OpenGVLab's", "\"model_type\": \"internvl_chat\", a vision_config and an llm_config", {"vision_model.encoder."}, {"mlp1."}, {"language_model."}},
    {"internvl", "transformers'", "\"model_type\": \"internvl\", a vision_config and a text_config",
     {"model.vision_tower.encoder.layer.", "vision_tower.encoder.layer."}, {"model.multi_modal_projector.layer_norm.", "multi_modal_projector.layer_norm."},
     kNestedLanguage},
    {"llava", "haotian-liu's", "\"architectures\": [\"LlavaLlamaForCausalLM\"] (or Mistral, Qwen) and an \"mm_vision_tower\"",
     {"model.vision_tower.vision_tower."}, {"model.mm_projector."}, {"model.layers."}},
    {"llava", "transformers'", "\"model_type\": \"llava\" or \"llava_next\", a vision_config and a text_config",
     {"vision_tower.vision_model.", "model.vision_tower.vision_model.", "model.vision_tower.encoder.layers.", "vision_tower.encoder.layers."},
     {"multi_modal_projector.linear_", "model.multi_modal_projector.linear_"}, kNestedLanguage},
    {"xcomposer", "InternLM's", "\"model_type\": \"internlmxcomposer2\"", {"vit.vision_tower."}, {"vision_proj."}, {"model.tok_embeddings."}},
};

/// The beginning that the checkpoint's names have; empty: none of them.
std::string_view found_in(const Checkpoint& checkpoint, const Beginnings& beginnings) {
  for (const auto beginning : beginnings) {
    const auto has_it = [&](const StoredTensor& tensor) { return tensor.name.starts_with(beginning); };
    if (!beginning.empty() && std::ranges::any_of(checkpoint.tensors(), has_it)) return beginning;
  }
  return "";
}

/// The parts of a look that a checkpoint has.
struct Match {
  const Look* look = nullptr;
  std::vector<std::string> present, missing;
  bool has_own_part = false;  ///< other models have such language models too
};

Match match(const Checkpoint& checkpoint, const Look& look) {
  Match found{&look, {}, {}, false};
  const auto note = [&](const char* what, const Beginnings& beginnings) {
    const auto beginning = found_in(checkpoint, beginnings);
    auto& list = beginning.empty() ? found.missing : found.present;
    list.push_back(fmt::format("{} ({}...)", what, beginning.empty() ? beginnings.front() : beginning));
    return !beginning.empty();
  };
  const bool has_encoder = note("the encoder", look.encoder), has_projector = note("the projector", look.projector);
  note("the language model", look.language);
  found.has_own_part = has_encoder || has_projector;
  return found;
}

std::string text_of(const Match& match) {
  const auto& look = *match.look;
  auto text = fmt::format("its tensors look like {}'s in {} layout, whose config.json has {}; there: {}", look.family, look.layout, look.config,
                          fmt::join(match.present, ", "));
  if (!match.missing.empty()) text += fmt::format("; missing: {}", fmt::join(match.missing, ", "));
  return text;
}

}  // namespace

Likeness likeness_of(const std::filesystem::path& folder) {
  try {
    const auto checkpoint = Checkpoint::open(folder);
    Match best;
    for (const auto& look : kLooks) {
      auto one = match(checkpoint, look);
      if (one.has_own_part && one.present.size() > best.present.size()) best = std::move(one);
    }
    return best.look == nullptr ? Likeness{} : Likeness{best.look->family, text_of(best)};
  } catch (const ModelError&) {  // no weights, or files that cannot be read: whoever opens them says so
    return {};
  }
}

}  // namespace assay
