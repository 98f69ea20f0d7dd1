#include "model/internvl/internvl.h"

#include <ATen/ATen.h>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <new>
#include <optional>

#include "harness/base/digest.h"
#include "harness/base/error.h"
#include "model/family_parts.h"
#include "model/image/preprocess.h"
#include "model/internvl/chat_template.h"
#include "model/internvl/config.h"
#include "model/internvl/projector.h"
#include "model/internvl/prompt.h"
#include "model/tensor/device.h"
#include "model/vision/used_layers.h"

namespace assay {
namespace {

/// Counts changes of what lies between file bytes and the encoder's input; part of every run's identity.
constexpr const char* kPipeline = "internvl-tiles/1";

/// Whose prefixes a checkpoint's tensor names carry: OpenGVLab's, transformers' (5: "model." in front), or its early -hf files'.
struct Prefixes {
  const char *vision, *projector, *language, *head;
};
constexpr Prefixes kOriginal = {"vision_model.", "mlp1.", "language_model.model.", "language_model.lm_head.weight"};
constexpr Prefixes kOriginalInternLm2 = {"vision_model.", "mlp1.", "language_model.model.", "language_model.output.weight"};
constexpr Prefixes kNative = {"model.vision_tower.", "model.multi_modal_projector.", "model.language_model.", "lm_head.weight"};
constexpr Prefixes kEarlyNative = {"vision_tower.", "multi_modal_projector.", "language_model.model.", "language_model.lm_head.weight"};

const Prefixes& prefixes_of(const InternVlConfig& config, const Weights& weights) {
  if (config.naming == VitNaming::kNative) return weights.has("vision_tower.embeddings.cls_token") ? kEarlyNative : kNative;
  return config.language.kind == LanguageKind::kInternLm2 ? kOriginalInternLm2 : kOriginal;
}

/// The three parts, with every tensor taken.
struct Parts {
  InternVit vision;
  Projector projector;
  Decoder decoder;

  Parts(const InternVlConfig& config, Weights& weights, const Prefixes& names)
      : vision(config.vision, config.naming, weights, names.vision),
        projector(config, weights, names.projector),
        decoder(config.language, weights, names.language, names.head) {}
};

InternVlConfig with_options(InternVlConfig config, const VlmOptions& options) {
  if (options.chat_template) {
    const auto& chat = find_chat_template(*options.chat_template);
    config.chat_template = chat.name;
    config.system_text = chat.system_text;
  }
  if (options.system_text) config.system_text = *options.system_text;
  config.language.has_int8_weights = options.weights == WeightForm::kInt8;
  config.language.is_fast = options.is_fast;
  return config;
}

InternVlConfig with_layers(InternVlConfig config, std::optional<LayerCounts> layers) {
  if (!layers) return config;
  config.vision.layer_count = config.select_layer = layers->vision;
  config.language.layer_count = layers->language;
  return config;
}

class InternVl : public Family {
 public:
  /// With `sketched` layers the weights are made up.
  InternVl(const std::filesystem::path& folder, const VlmOptions& options, std::optional<LayerCounts> sketched)
      : config_(with_layers(with_options(read_internvl_config(folder), options), sketched)),
        limits_(options.image_limits),
        blanks_pictures_(options.blanks_pictures),
        checkpoint_(Checkpoint::open(folder)),
        tokenizer_(open_tokenizer(folder)),
        prompter_(config_, *tokenizer_) {
    const auto dtype = computing_type(options.dtype, config_.stored_dtype);
    const auto device = find_device(options.device);
    if (!sketched) checkpoint_.prefetch();
    Weights weights(checkpoint_, dtype, sketched ? Weights::Mode::kMadeUp : Weights::Mode::kLoad, device);
    names_ = prefixes_of(config_, weights);
    parts_ = std::make_unique<Parts>(config_, weights, names_);
    if (!sketched) weights.check(folder.string());
    fill_card(folder, options, dtype);
  }

  const ModelCard& card() const override { return card_; }
  std::string weights_digest() const override { return checkpoint_.digest(); }
  std::string encoder_digest() const override { return digest_without_language(checkpoint_, names_.language, names_.head); }
  const Decoder& decoder() const override { return parts_->decoder; }
  const Tokenizer& tokenizer() const override { return *tokenizer_; }
  std::span<const std::int64_t> end_ids() const override { return prompter_.end_ids(); }
  const std::string& end_text() const override { return prompter_.end_text(); }

  Result<PreparedImage> prepare(const ImageInput& image, std::optional<int> max_tiles, std::size_t) const override {
    const auto start = std::chrono::steady_clock::now();
    const auto decoded = read_image(image, limits_, blanks_pictures_, kImageNetMeanColour);
    if (!decoded) return decoded.error();
    const auto middle = std::chrono::steady_clock::now();
    const auto failure = [&](std::string_view why) { return SampleFailure{image.name, "preprocess", fmt::format("{}: {}", image.name, why)}; };
    if (const auto why = why_not_tiled(*decoded); !why.empty()) return failure(why);
    PreparedImage prepared;
    try {
      tile(*decoded, max_tiles, prepared);
    } catch (const std::bad_alloc&) {
      return failure("not enough memory for its tiles; lower --max-image-pixels or --max-tiles");
    }
    prepared.view.name = image.name;
    prepared.decode_ms = std::chrono::duration<double, std::milli>(middle - start).count();
    prepared.preprocess_ms = ms_since(middle);
    return prepared;
  }

  Result<RenderedPrompt> render(const Prompt& prompt, std::span<const ImageView> images) const override {
    return prompter_.render(prompt, images);
  }

  at::Tensor encode(const at::Tensor& pixels) const override {
    return project(parts_->vision.forward(pixels, config_.select_layer));
  }

  at::Tensor project(const at::Tensor& hidden) const override {
    const auto patches = hidden.narrow(1, 1, hidden.size(1) - 1);                         // [B, P, D]
    return parts_->projector(pixel_shuffle(patches, config_.merge, config_.swaps_back));  // [B, N, D of the language model]
  }

 private:
  /// Pixels can be few and the work on them endless: resizing takes room in proportion to the longest side, padding to its square.
  [[nodiscard]] std::string why_not_tiled(const Image& image) const {
    const std::int64_t side = std::max(image.width, image.height);
    if (side > kLongestSide) return fmt::format("{} x {} pixels; a side of more than {} is not resized", image.width, image.height, kLongestSide);
    if (!config_.is_dynamic && config_.pads_to_square && side * side > limits_.max_pixels) {
      return fmt::format("{} x {} pixels, padded to a square, are over the limit of {} pixels; raise --max-image-pixels to read it", image.width,
                         image.height, limits_.max_pixels);
    }
    return "";
  }

  void tile(const Image& image, std::optional<int> max_tiles, PreparedImage& prepared) const {
    const Tiling tiling{static_cast<int>(config_.tile_side), config_.is_dynamic, config_.min_tiles, max_tiles.value_or(config_.max_tiles),
                        config_.has_thumbnail, config_.pads_to_square};
    const auto plan = plan_tiles(image.width, image.height, tiling);
    prepared.pixels.resize(pixel_value_count(plan, tiling.side));
    preprocess(image, tiling, normalizer_, prepared.pixels);
    auto& view = prepared.view;
    view.digest = pixel_digest(image);
    view.width = image.width, view.height = image.height;
    view.grid_columns = plan.grid.columns, view.grid_rows = plan.grid.rows;
    view.tile_count = plan.tile_count;
    view.token_count = plan.tile_count * config_.tokens_per_tile();
    prepared.shape = {plan.tile_count, 3, config_.tile_side, config_.tile_side};
  }

  void fill_card(const std::filesystem::path& folder, const VlmOptions& options, at::ScalarType dtype) {
    card_ = begin_card(folder, options, dtype);
    card_.family = "internvl";
    card_.chat_template = config_.chat_template;
    card_.system_text = config_.system_text;
    card_.pipeline_digest = digest_of(fmt::format("{} {} {} {} {} {} {} {}", kPipeline, config_.tile_side, config_.is_dynamic, config_.has_thumbnail,
                                                  config_.pads_to_square, config_.min_tiles, config_.max_tiles, static_cast<int>(config_.attached)));
    if (blanks_pictures_) card_.pipeline_digest = digest_of(card_.pipeline_digest + " blank");
    card_.parameter_count = parameter_count(checkpoint_);
  }

  InternVlConfig config_;
  Prefixes names_ = kOriginal;
  ImageLimits limits_;
  bool blanks_pictures_;
  Normalizer normalizer_{kImageNetNormalization};
  Checkpoint checkpoint_;
  std::unique_ptr<Tokenizer> tokenizer_;
  InternVlPrompter prompter_;
  std::unique_ptr<Parts> parts_;
  ModelCard card_;
};

std::string vision_text(const InternVitConfig& c) {
  return fmt::format("InternViT: {} layers of width {}, {} heads, MLP {}, {}{}, patches of {} pixels", c.layer_count, c.hidden_size, c.head_count,
                     c.intermediate_size, c.norm_kind == Norm::Kind::kRms ? "RMSNorm" : "LayerNorm",
                     c.normalizes_queries_and_keys ? ", normalised queries and keys" : "", c.patch_size);
}

}  // namespace

std::unique_ptr<Family> open_internvl(const std::filesystem::path& folder, const VlmOptions& options) {
  return std::make_unique<InternVl>(folder, options, std::nullopt);
}

std::unique_ptr<Family> sketch_internvl(const std::filesystem::path& folder, const VlmOptions& options, LayerCounts layers) {
  return std::make_unique<InternVl>(folder, options, layers);
}

LayerCounts internvl_layers(const std::filesystem::path& folder) {
  const auto config = read_internvl_config(folder);
  return {used_layers(config.select_layer, config.vision.layer_count), config.language.layer_count};
}

CheckpointReport inspect_internvl(const std::filesystem::path& folder) {
  const auto config = read_internvl_config(folder);
  const auto checkpoint = Checkpoint::open(folder);
  Weights weights(checkpoint, at::kFloat, Weights::Mode::kShapes);
  const Parts parts(config, weights, prefixes_of(config, weights));
  auto report = begin_report(checkpoint);
  report.family = "internvl";
  report.layout = config.naming == VitNaming::kOriginal ? "OpenGVLab" : "transformers";
  report.vision_model = vision_text(config.vision);
  report.language_model = describe(config.language);
  report.dtype = config.stored_dtype;
  report.chat_template = config.chat_template;
  report.system_text = config.system_text;
  report.image_side = config.tile_side;
  report.tokens_per_tile = config.tokens_per_tile();
  report.min_tiles = config.min_tiles, report.max_tiles = config.max_tiles;
  report.mismatches = weights.mismatches();
  return report;
}

}  // namespace assay
