#include "model/family_parts.h"

#include <fmt/format.h>
#include <torch/version.h>

#include <algorithm>
#include <utility>

#include "harness/base/error.h"
#include "model/checkpoint/name_check.h"
#include "model/checkpoint/settings_digest.h"
#include "model/image/decode.h"

namespace assay {

at::ScalarType computing_type(DType asked, const std::string& stored) {
  switch (asked) {
    case DType::kFloat32: return at::kFloat;
    case DType::kBFloat16: return at::kBFloat16;
    case DType::kFloat16: return at::kHalf;
    case DType::kAuto: break;
  }
  return stored == "bfloat16" ? at::kBFloat16 : stored == "float16" ? at::kHalf : at::kFloat;
}

const char* name_of(at::ScalarType type) { return type == at::kBFloat16 ? "bfloat16" : type == at::kHalf ? "float16" : "float32"; }

std::int64_t parameter_count(const Checkpoint& checkpoint, bool (*is_unread)(std::string_view name)) {
  std::int64_t count = 0;
  for (const auto& tensor : checkpoint.tensors()) {
    if (!is_ignored_tensor(tensor.name) && (is_unread == nullptr || !is_unread(tensor.name))) count += tensor.element_count();
  }
  return count;
}

std::int64_t read_layer(const json::Value& config, const char* key, std::int64_t fallback, std::string_view where) {
  const auto* value = json::find(config, key);
  if (value == nullptr || value->IsNull()) return fallback;
  if (!value->IsInt64()) throw ModelError(fmt::format("{}: \"{}\" must be one layer's number, got {}", where, key, json::dump(*value)));
  return value->GetInt64();
}

std::vector<std::int64_t> read_end_ids(const std::filesystem::path& folder, const LanguageConfig& language) {
  std::vector<std::int64_t> ids;
  const auto add = [&ids](const std::vector<std::int64_t>& more) {
    for (const auto id : more)
      if (std::find(ids.begin(), ids.end(), id) == ids.end()) ids.push_back(id);
  };
  add(language.end_ids);
  const auto generation = folder / "generation_config.json";
  if (std::filesystem::exists(generation)) add(read_token_ids(json::parse_file(generation), "eos_token_id"));
  return ids;
}

ModelCard begin_card(const std::filesystem::path& folder, const VlmOptions& options, at::ScalarType dtype) {
  ModelCard card;
  card.name = std::filesystem::weakly_canonical(folder).filename().string();
  card.dtype = name_of(dtype);
  if (options.weights == WeightForm::kInt8) card.weights = "int8";
  card.settings_digest = settings_digest(folder);
  card.engine = fmt::format("LibTorch {} on {}{}", TORCH_VERSION, options.device, options.is_fast ? ", fast" : "");
  return card;
}

CheckpointReport begin_report(const Checkpoint& checkpoint, bool (*is_unread)(std::string_view name)) {
  CheckpointReport report;
  report.parameter_count = parameter_count(checkpoint, is_unread);
  report.weight_bytes = checkpoint.total_bytes();
  for (const auto& file : checkpoint.files()) report.files.push_back(file.filename().string());
  report.warnings.assign(checkpoint.warnings().begin(), checkpoint.warnings().end());
  return report;
}

std::string digest_without_language(const Checkpoint& checkpoint, std::string_view language, std::string_view head) {
  return checkpoint.digest_of_some([&](std::string_view name) {
    if (name == head) return false;
    if (!name.starts_with(language)) return true;
    const auto rest = name.substr(language.size());
    return !rest.starts_with("layers.") && !rest.starts_with("embed_tokens.") && !rest.starts_with("tok_embeddings.") && !rest.starts_with("norm.");
  });
}

double ms_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
}

Result<Image> read_image(const ImageInput& image, const ImageLimits& limits, bool is_blanked, const std::uint8_t (&blank)[3]) {
  auto bytes = image.read_bytes();
  if (!bytes) return std::move(bytes).error();
  auto decoded = decode_image(*bytes, image.name, limits);
  constexpr std::uint8_t kBlack[3] = {0, 0, 0};
  if (decoded && image.is_squared) {
    const auto side = std::max<std::int64_t>(decoded->width, decoded->height);
    if (side * side > limits.max_pixels) return SampleFailure{image.name, "decode", fmt::format("{}: a square of {} pixels a side is over the limit", image.name, side)};
    *decoded = pad_to_square(*decoded, kBlack);
  }
  if (decoded && is_blanked) fill(*decoded, blank);
  return decoded;
}

std::optional<SampleFailure> refuse_bare_turns(const Prompt& prompt, std::string_view family) {
  if (std::ranges::none_of(prompt.turns, [](const Turn& turn) { return turn.role == Role::kBare; })) return std::nullopt;
  return SampleFailure{"", "preprocess", fmt::format("the prompt brings the words of another family's template; {} has a form of its own for every turn", family)};
}

}  // namespace assay
