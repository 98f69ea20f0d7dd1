#pragma once
#include <ATen/core/Tensor.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/base/json.h"
#include "harness/base/result.h"
#include "model/checkpoint/tensor_file.h"
#include "model/checkpoint_report.h"
#include "model/image/image.h"
#include "model/language/config.h"
#include "model/vlm.h"

/// What every family does in one way around its own graph.
namespace assay {

/// Pixels. No camera and no scanner makes a longer side, and the resampling weights of one side then take 16 MiB.
inline constexpr std::int64_t kLongestSide = std::int64_t{1} << 20;

/// The dtype asked for, or for kAuto the one that the config names as stored ("bfloat16"); float32 where it names none.
[[nodiscard]] at::ScalarType computing_type(DType asked, const std::string& stored);
[[nodiscard]] const char* name_of(at::ScalarType type);

/// Elements of all tensors but the buffers that nobody reads, and those that the family leaves unread.
[[nodiscard]] std::int64_t parameter_count(const Checkpoint& checkpoint, bool (*is_unread)(std::string_view name) = nullptr);

/// The encoder layer whose output is used. Throws ModelError for a list of layers, which no family here takes.
[[nodiscard]] std::int64_t read_layer(const json::Value& config, const char* key, std::int64_t fallback, std::string_view where);

/// The tokens that end a reply by the language model's config and the folder's generation_config.json, each once. Callers pass one or the other in
/// the reference; a reply ends at any of them.
[[nodiscard]] std::vector<std::int64_t> read_end_ids(const std::filesystem::path& folder, const LanguageConfig& language);

/// What a card says in one way of every checkpoint folder: name, dtype, form of weights, settings, library. The family fills in the rest.
[[nodiscard]] ModelCard begin_card(const std::filesystem::path& folder, const VlmOptions& options, at::ScalarType dtype);
/// What a report says in one way of every weight file: how many parameters and bytes, which files, what is odd. The family fills in the rest.
[[nodiscard]] CheckpointReport begin_report(const Checkpoint& checkpoint, bool (*is_unread)(std::string_view name) = nullptr);

/// Digest of all weights but those of the language model, whose tensors are `language` (a prefix) + layers, embeddings and norm, and `head`.
[[nodiscard]] std::string digest_without_language(const Checkpoint& checkpoint, std::string_view language, std::string_view head);

/// Milliseconds since `start`.
[[nodiscard]] double ms_since(std::chrono::steady_clock::time_point start);

/// Reads a picture's bytes and decodes them; squared where it asks for it, painted in `blank` where a run shows no pictures.
[[nodiscard]] Result<Image> read_image(const ImageInput& image, const ImageLimits& limits, bool is_blanked, const std::uint8_t (&blank)[3]);

/// Why a family that writes every turn in its own form does not take this prompt; nothing where it has no bare turn.
[[nodiscard]] std::optional<SampleFailure> refuse_bare_turns(const Prompt& prompt, std::string_view family);

}  // namespace assay
