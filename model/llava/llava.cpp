#include "model/llava/llava.h"

#include <ATen/ATen.h>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <initializer_list>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "harness/base/digest.h"
#include "harness/base/error.h"
#include "model/family_parts.h"
#include "model/image/resize.h"
#include "model/llava/chat_template.h"
#include "model/llava/config.h"
#include "model/llava/prompt.h"
#include "model/llava/tile_merge.h"
#include "model/tensor/device.h"
#include "model/tensor/linear.h"
#include "model/vision/used_layers.h"

namespace assay {
namespace {

/// Count changes of what lies between file bytes and the encoder's input; part of every run's identity.
constexpr const char* kSquarePipeline = "llava-square/1";
constexpr const char* kAnyResolutionPipeline = "llava-any-resolution/1";

/// What stands in front of the tensors' names.
struct Prefixes {
  std::string vision, language, head;
  std::string newline = {};                 ///< LLaVA-NeXT; a tensor's name
  std::vector<std::string> projector = {};  ///< of each linear layer
};
constexpr const char* kOriginalVision = "model.vision_tower.vision_tower.vision_model.";
constexpr const char* kFirstVisionTensor = "embeddings.class_embedding";

/// The first of `candidates` that has the tensor `name` behind it; the last one where none has.
std::string first_with(const Weights& weights, std::initializer_list<const char*> candidates, const char* name) {
  for (const std::string candidate : candidates)
    if (weights.has(candidate + name)) return candidate;
  return *(candidates.end() - 1);
}

/// Releases of transformers have moved each part's name by itself ("vision_tower.vision_model.", "model.vision_tower.", ...).
Prefixes prefixes_of(const LlavaConfig& config, const Weights& weights) {
  Prefixes names;
  if (config.layout == LlavaConfig::Layout::kOriginal) {
    names = {kOriginalVision, "model.", "lm_head.weight", "model.image_newline"};
    // A torch.nn.Sequential counts the activations between: 0, 2, 4.
    for (std::int64_t i = 0; i < config.projector_layers; ++i)
      names.projector.push_back(config.projector_layers == 1 ? "model.mm_projector" : fmt::format("model.mm_projector.{}", 2 * i));
    return names;
  }
  names.vision = first_with(weights, {"vision_tower.vision_model.", "vision_tower.", "model.vision_tower.vision_model.", "model.vision_tower."}, kFirstVisionTensor);
  names.language = first_with(weights, {"language_model.model.", "model.language_model."}, "embed_tokens.weight");
  names.head = first_with(weights, {"language_model.lm_head.", "lm_head."}, "weight") + "weight";
  const auto projector = first_with(weights, {"multi_modal_projector.", "model.multi_modal_projector."}, "linear_1.weight");
  names.projector = {projector + "linear_1", projector + "linear_2"};
  names.newline = first_with(weights, {"model.", ""}, "image_newline") + "image_newline";
  return names;
}

/// One linear layer, or several with erf GELU between them.
class Projector {
 public:
  Projector(const LlavaConfig& config, Weights& weights, const std::vector<std::string>& names) {
    auto in = config.vision.hidden_size;
    const auto out = config.language.hidden_size;
    for (const auto& name : names) {
      layers_.emplace_back(weights.take(name + ".weight", {out, in}), config.has_projector_bias ? weights.take(name + ".bias", {out}) : at::Tensor());
      in = out;
    }
  }
  /// Shapes  [B, N, D of the encoder] -> [B, N, D of the language model]
  [[nodiscard]] at::Tensor operator()(at::Tensor x) const {
    for (std::size_t i = 0; i < layers_.size(); ++i) x = i + 1 < layers_.size() ? layers_[i].gelu(x) : layers_[i](x);
    return x;
  }

 private:
  std::vector<Linear> layers_;
};

/// The encoder's weights lie in the checkpoint or in a folder of their own, which may hold CLIP's text half too.
struct Parts {
  ClipVit vision;
  Projector projector;
  Decoder decoder;
  at::Tensor newline;  ///< [D of the language model], where rows end in one

  Parts(const LlavaConfig& config, Weights& weights, Weights* tower, const Prefixes& names)
      : vision(config.vision, tower != nullptr ? *tower : weights, tower != nullptr ? "vision_model." : names.vision),
        projector(config, weights, names.projector),
        decoder(config.language, weights, names.language, names.head) {
    // The releases without unpadding carry one too, unread.
    const bool needs_newline = config.any && config.any->merge == AnyResolution::Merge::kSpatialUnpad;
    if (needs_newline || weights.has(names.newline)) newline = weights.take(names.newline, {config.language.hidden_size});
  }
};

const char* family_name(const LlavaConfig& config) { return config.any ? "llava_next" : "llava"; }

/// The fewest and the most tiles of a picture, the whole one counted.
std::pair<int, int> tile_counts(const LlavaConfig& config) {
  const auto cells = [&](const Resolution& canvas) { return canvas.width * canvas.height / static_cast<int>(config.vision.image_size * config.vision.image_size); };
  const auto [least, most] = std::minmax_element(config.any->resolutions.begin(), config.any->resolutions.end(),
                                                 [&](const Resolution& a, const Resolution& b) { return cells(a) < cells(b); });
  return {1 + cells(*least), 1 + cells(*most)};
}

LlavaConfig with_options(LlavaConfig config, const VlmOptions& options) {
  if (options.chat_template) {
    const auto& chat = find_llava_template(*options.chat_template);
    config.chat_template = chat.name;
    config.system_text = chat.system_text;
  }
  if (options.system_text) config.system_text = *options.system_text;
  config.language.has_int8_weights = options.weights == WeightForm::kInt8;
  config.language.is_fast = options.is_fast;
  return config;
}

LlavaConfig with_layers(LlavaConfig config, std::optional<LayerCounts> layers) {
  if (!layers) return config;
  config.vision.layer_count = config.select_layer = layers->vision;
  config.language.layer_count = layers->language;
  return config;
}

bool holds_tower(const Checkpoint& checkpoint) { return checkpoint.find(std::string(kOriginalVision) + kFirstVisionTensor) != nullptr; }

/// The checkpoint's own weights and, where the encoder is not among them, the encoder's.
struct WeightFiles {
  Checkpoint checkpoint;
  std::optional<Checkpoint> tower;

  WeightFiles(const std::filesystem::path& folder, const LlavaConfig& config) : checkpoint(Checkpoint::open(folder)) {
    if (config.layout == LlavaConfig::Layout::kNative || holds_tower(checkpoint)) return;
    if (config.tower.empty())
      throw ModelError(fmt::format("{}: the checkpoint has no vision encoder, and the folder that its \"mm_vision_tower\" names is not there; put that CLIP "
                                   "checkpoint beside this folder, or in it, under its own last name", folder.string()));
    tower.emplace(Checkpoint::open(config.tower));
  }
  [[nodiscard]] std::string digest() const {
    return tower ? digest_of(checkpoint.digest() + tower->digest()) : checkpoint.digest();
  }
};

/// The picture as the encoder's square. The reference's rounding: the longer side is cut down to a whole number.
Result<Image> cut_square(const Image& image, const SquareCut& cut, const ImageLimits& limits, const std::string& name) {
  const std::int64_t longer = std::max(image.width, image.height), shorter = std::min(image.width, image.height);
  const auto failure = [&](std::string_view what) {
    return SampleFailure{name, "preprocess", fmt::format("{}: {} x {} pixels, {}; raise --max-image-pixels to read it", name, image.width, image.height, what)};
  };
  const int S = static_cast<int>(cut.resize_side);
  if (longer > kLongestSide) return failure("a side too long to be resized");
  if (cut.pads) {
    if (longer * longer > limits.max_pixels) return failure("padded to a square over the limit");
    return resize(pad_to_square(image, kClipMeanColour), S, S, Filter::kBicubic);
  }
  const std::int64_t long_side = S * longer / shorter;
  if (long_side * S > limits.max_pixels) return failure("too long and thin to be resized to its shorter side");
  const int width = image.width <= image.height ? S : static_cast<int>(long_side), height = image.width <= image.height ? static_cast<int>(long_side) : S;
  const int C = static_cast<int>(cut.crop_side);
  return crop(resize(image, width, height, Filter::kBicubic), (width - C) / 2, (height - C) / 2, C, C);
}

class Llava : public Family {
 public:
  /// With `sketched` layers the weights are made up.
  Llava(const std::filesystem::path& folder, const VlmOptions& options, std::optional<LayerCounts> sketched)
      : config_(with_layers(with_options(read_llava_config(folder), options), sketched)),
        limits_(options.image_limits),
        blanks_pictures_(options.blanks_pictures),
        normalizer_(config_.cut.normalization),
        files_(folder, config_),
        tokenizer_(open_tokenizer(folder)),
        prompter_(config_, *tokenizer_) {
    const auto dtype = computing_type(options.dtype, config_.stored_dtype);
    const auto mode = sketched ? Weights::Mode::kMadeUp : Weights::Mode::kLoad;
    const auto device = find_device(options.device);
    if (!sketched) files_.checkpoint.prefetch();
    Weights weights(files_.checkpoint, dtype, mode, device);
    std::optional<Weights> tower;
    if (files_.tower) tower.emplace(*files_.tower, dtype, mode, device);
    names_ = prefixes_of(config_, weights);
    parts_ = std::make_unique<Parts>(config_, weights, tower ? &*tower : nullptr, names_);
    if (!sketched) {
      weights.check(folder.string());
      if (tower) tower->check_present(config_.tower.string());
    }
    fill_card(folder, options, dtype);
  }

  const ModelCard& card() const override { return card_; }
  std::string weights_digest() const override { return files_.digest(); }
  std::string encoder_digest() const override {
    const auto digest = digest_without_language(files_.checkpoint, names_.language, names_.head);
    return files_.tower ? digest_of(digest + files_.tower->digest()) : digest;
  }
  const Decoder& decoder() const override { return parts_->decoder; }
  const Tokenizer& tokenizer() const override { return *tokenizer_; }
  std::span<const std::int64_t> end_ids() const override { return prompter_.end_ids(); }
  const std::string& end_text() const override { return prompter_.end_text(); }

  Result<PreparedImage> prepare(const ImageInput& image, std::optional<int>, std::size_t) const override {
    const auto start = std::chrono::steady_clock::now();
    const auto decoded = read_image(image, limits_, blanks_pictures_, kClipMeanColour);
    if (!decoded) return decoded.error();
    const auto middle = std::chrono::steady_clock::now();
    PreparedImage prepared;
    prepared.view = {image.name, pixel_digest(*decoded), decoded->width, decoded->height, 1, 1, 1, config_.tokens_per_tile()};
    const auto tiles = config_.any ? cut_canvas(*decoded, image.name, prepared.view) : cut_one(*decoded, image.name);
    if (!tiles) return tiles.error();
    const auto S = config_.vision.image_size;
    const auto values = static_cast<std::size_t>(3 * S * S);
    prepared.pixels.resize(tiles->size() * values);
    for (std::size_t i = 0; i < tiles->size(); ++i) normalizer_.normalize((*tiles)[i], std::span(prepared.pixels).subspan(i * values, values));
    prepared.shape = {static_cast<std::int64_t>(tiles->size()), 3, S, S};
    prepared.decode_ms = std::chrono::duration<double, std::milli>(middle - start).count();
    prepared.preprocess_ms = ms_since(middle);
    return prepared;
  }

  Result<RenderedPrompt> render(const Prompt& prompt, std::span<const ImageView> images) const override { return prompter_.render(prompt, images); }

  at::Tensor encode(const at::Tensor& pixels) const override {
    return project(parts_->vision.forward(pixels, config_.select_layer));
  }

  at::Tensor project(const at::Tensor& hidden) const override {
    // Contiguous, so that one tile's features have the same bits alone and among others: LibTorch adds the bias in another way to what is not.
    return parts_->projector(config_.keeps_class_token ? hidden : hidden.narrow(1, 1, hidden.size(1) - 1).contiguous());
  }

  at::Tensor assemble(const at::Tensor& tiles, const ImageView& view) const override {
    return config_.any ? merge_tiles(tiles, view, parts_->newline, *config_.any) : Family::assemble(tiles, view);
  }

 private:
  Result<std::vector<Image>> cut_one(const Image& image, const std::string& name) const {
    auto square = cut_square(image, config_.cut, limits_, name);
    if (!square) return square.error();
    return std::vector<Image>{std::move(*square)};
  }

  /// Says in `view` what it cut.
  Result<std::vector<Image>> cut_canvas(const Image& image, const std::string& name, ImageView& view) const {
    const auto canvas = choose_resolution(image.width, image.height, config_.any->resolutions);
    if (!canvas)
      return SampleFailure{name, "preprocess", fmt::format("{}: {} x {} pixels, so thin that nothing of it is left on any canvas", name, image.width, image.height)};
    const auto S = static_cast<int>(config_.vision.image_size);
    view.grid_columns = canvas->width / S, view.grid_rows = canvas->height / S;
    view.tile_count = 1 + view.grid_columns * view.grid_rows;
    view.token_count = merged_token_count(view, config_.vision.image_size / config_.vision.patch_size, *config_.any);
    return cut_any_resolution(image, *canvas, S);
  }

  std::string pipeline() const {
    const auto& cut = config_.cut;
    std::string text = fmt::format("{} {} {} {} {} {} {} {} {}", config_.any ? kAnyResolutionPipeline : kSquarePipeline, cut.pads, cut.resize_side, cut.crop_side,
                                   cut.normalization.mean[0], cut.normalization.deviation[0], config_.marks_images, config_.select_layer, blanks_pictures_);
    if (config_.any) {
      text += fmt::format(" {} {}", static_cast<int>(config_.any->merge), config_.any->rounds);
      for (const auto& canvas : config_.any->resolutions) text += fmt::format(" {}x{}", canvas.width, canvas.height);
    }
    return text;
  }

  void fill_card(const std::filesystem::path& folder, const VlmOptions& options, at::ScalarType dtype) {
    card_ = begin_card(folder, options, dtype);
    card_.family = family_name(config_);
    card_.chat_template = config_.chat_template;
    card_.system_text = config_.system_text;
    card_.pipeline_digest = digest_of(pipeline());
    card_.parameter_count = parameter_count(files_.checkpoint);
  }

  LlavaConfig config_;
  Prefixes names_;
  ImageLimits limits_;
  bool blanks_pictures_;
  Normalizer normalizer_;
  WeightFiles files_;
  std::unique_ptr<Tokenizer> tokenizer_;
  LlavaPrompter prompter_;
  std::unique_ptr<Parts> parts_;
  ModelCard card_;
};

}  // namespace

std::unique_ptr<Family> open_llava(const std::filesystem::path& folder, const VlmOptions& options) {
  return std::make_unique<Llava>(folder, options, std::nullopt);
}

std::unique_ptr<Family> sketch_llava(const std::filesystem::path& folder, const VlmOptions& options, LayerCounts layers) {
  return std::make_unique<Llava>(folder, options, layers);
}

LayerCounts llava_layers(const std::filesystem::path& folder) {
  const auto config = read_llava_config(folder);
  return {used_layers(config.select_layer, config.vision.layer_count), config.language.layer_count};
}

CheckpointReport inspect_llava(const std::filesystem::path& folder) {
  const auto config = read_llava_config(folder);
  const WeightFiles files(folder, config);
  Weights weights(files.checkpoint, at::kFloat, Weights::Mode::kShapes);
  std::optional<Weights> tower;
  if (files.tower) tower.emplace(*files.tower, at::kFloat, Weights::Mode::kShapes);
  const Parts parts(config, weights, tower ? &*tower : nullptr, prefixes_of(config, weights));
  auto report = begin_report(files.checkpoint);
  report.family = family_name(config);
  report.layout = config.layout == LlavaConfig::Layout::kOriginal ? "haotian-liu" : "transformers";
  report.vision_model = describe(config.vision) + (files.tower ? fmt::format(" (from {})", config.tower.string()) : "");
  report.language_model = describe(config.language);
  report.dtype = config.stored_dtype;
  report.chat_template = config.chat_template;
  report.system_text = config.system_text;
  report.image_side = config.vision.image_size;
  report.tokens_per_tile = config.tokens_per_tile();
  report.min_tiles = report.max_tiles = 1;
  if (config.any) std::tie(report.min_tiles, report.max_tiles) = tile_counts(config);
  if (files.tower) report.weight_bytes += files.tower->total_bytes();
  report.mismatches = weights.mismatches() + (tower ? tower->absences() : "");
  return report;
}

}  // namespace assay
