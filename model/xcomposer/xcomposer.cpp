#include "model/xcomposer/xcomposer.h"

#include <ATen/ATen.h>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <new>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "harness/base/digest.h"
#include "harness/base/error.h"
#include "model/family_parts.h"
#include "model/image/interpolate.h"
#include "model/image/resize.h"
#include "model/internvl/projector.h"
#include "model/tensor/device.h"
#include "model/tensor/linear.h"
#include "model/xcomposer/chat_template.h"
#include "model/xcomposer/config.h"
#include "model/xcomposer/prompt.h"
#include "model/xcomposer/tile_stitch.h"

namespace assay {
namespace {

/// Count changes of what lies between file bytes and the encoder's input; part of every run's identity.
constexpr const char* kSquarePipeline = "xcomposer-square/1";
constexpr const char* kHdPipeline = "xcomposer-hd/1";

constexpr const char *kLanguage = "model.", *kHead = "output.weight";  // tensor names

constexpr std::int64_t kLastLayer = -1;  // its output without the last norm [select_layer]

struct Parts {
  ClipVit vision;
  Linear projector1, projector2;  ///< vision_proj, erf GELU between them
  at::Tensor newline, divider;    ///< [1, W], in the projector's input; of 4KHD and 2.5
  Decoder decoder;

  Parts(const XComposerConfig& config, Weights& weights)
      : vision(config.vision, weights, "vit.vision_tower.vision_model."), decoder(config.language, weights, kLanguage, kHead) {
    const auto W = config.feature_width(), D = config.language.hidden_size;
    const auto linear = [&](const std::string& name, std::int64_t out, std::int64_t in) {
      return Linear(weights.take(name + ".weight", {out, in}), weights.take(name + ".bias", {out}));
    };
    projector1 = linear("vision_proj.0", D, W);
    projector2 = linear("vision_proj.2", D, D);
    if (!config.is_hd()) return;
    newline = weights.take("plora_sub_GN", {1, 1, 1, W}).reshape({1, W});
    divider = weights.take("plora_glb_GN", {1, 1, W}).reshape({1, W});
  }
};

XComposerConfig with_options(XComposerConfig config, const VlmOptions& options) {
  if (options.chat_template) config = with_template(std::move(config), *options.chat_template);
  if (options.system_text) config.system_text = *options.system_text;
  config.language.has_int8_weights = options.weights == WeightForm::kInt8;
  config.language.is_fast = options.is_fast;
  return config;
}

XComposerConfig with_layers(XComposerConfig config, std::optional<LayerCounts> layers) {
  if (!layers) return config;
  config.vision.layer_count = layers->vision;
  config.language.layer_count = layers->language;
  return config;
}

class XComposer : public Family {
 public:
  /// With `sketched` layers the weights are made up.
  XComposer(const std::filesystem::path& folder, const VlmOptions& options, std::optional<LayerCounts> sketched)
      : checkpoint_(Checkpoint::open(folder)),
        config_(with_layers(with_options(read_xcomposer_config(folder, checkpoint_), options), sketched)),
        limits_(options.image_limits),
        blanks_pictures_(options.blanks_pictures),
        tokenizer_(open_tokenizer(folder)),
        prompter_(config_, *tokenizer_) {
    const auto dtype = computing_type(options.dtype, config_.stored_dtype);
    const auto device = find_device(options.device);
    if (!sketched) checkpoint_.prefetch();
    Weights weights(checkpoint_, dtype, sketched ? Weights::Mode::kMadeUp : Weights::Mode::kLoad, device);
    weights.leave_unread(is_unread_by_xcomposer);
    parts_ = std::make_unique<Parts>(config_, weights);
    if (!sketched) weights.check(folder.string());
    fill_card(folder, options, dtype);
  }

  const ModelCard& card() const override { return card_; }
  std::string weights_digest() const override { return checkpoint_.digest(); }
  std::string encoder_digest() const override { return digest_without_language(checkpoint_, kLanguage, kHead); }
  const Decoder& decoder() const override { return parts_->decoder; }
  const Tokenizer& tokenizer() const override { return *tokenizer_; }
  std::span<const std::int64_t> end_ids() const override { return prompter_.end_ids(); }
  std::span<const std::int64_t> beam_end_ids() const override { return prompter_.beam_end_ids(); }
  const std::string& end_text() const override { return prompter_.end_text(); }
  std::string_view reply_in(std::string_view text) const override { return assay::reply_in(text, find_xcomposer_template(config_.chat_template)); }
  Result<RenderedPrompt> render(const Prompt& prompt, std::span<const ImageView> images) const override { return prompter_.render(prompt, images); }

  Result<PreparedImage> prepare(const ImageInput& image, std::optional<int> max_tiles, std::size_t image_count) const override {
    const auto start = std::chrono::steady_clock::now();
    const auto decoded = read_image(image, limits_, blanks_pictures_, kClipMeanColour);
    if (!decoded) return decoded.error();
    const auto middle = std::chrono::steady_clock::now();
    PreparedImage prepared;
    prepared.view = {image.name, pixel_digest(*decoded), decoded->width, decoded->height, 1, 1, 1, config_.tile_features() * config_.tile_features()};
    try {
      if (const auto why = cut(*decoded, config_.budget_of(max_tiles, image_count), prepared); !why.empty())
        return SampleFailure{image.name, "preprocess", fmt::format("{}: {} x {} pixels, {}", image.name, decoded->width, decoded->height, why)};
    } catch (const std::bad_alloc&) {
      return SampleFailure{image.name, "preprocess", fmt::format("{}: not enough memory for its tiles; lower --max-tiles", image.name)};
    }
    prepared.decode_ms = std::chrono::duration<double, std::milli>(middle - start).count();
    prepared.preprocess_ms = ms_since(middle);
    return prepared;
  }

  /// The encoder's features, for 4KHD and 2.5 merged by 2 x 2; assemble() projects them, because rows' newlines go through the projector too.
  at::Tensor encode(const at::Tensor& pixels) const override {
    const auto hidden = parts_->vision.forward(pixels, kLastLayer);            // [B, 1 + P, D]
    const auto patches = hidden.narrow(1, 1, hidden.size(1) - 1);              // [B, P, D]
    return config_.is_hd() ? pixel_shuffle(patches, 2, /*swaps_back=*/true) : patches;
  }

  at::Tensor assemble(const at::Tensor& tiles, const ImageView& view) const override {
    const auto features = config_.is_hd() ? stitch_tiles(tiles, view, parts_->newline, parts_->divider) : tiles.flatten(0, 1);  // [tokens, W]
    return parts_->projector2(parts_->projector1.gelu(features));
  }

 private:
  /// Fills pixels, shape and what the view says of tiles. Says why not, where it cannot.
  std::string cut(const Image& image, int budget, PreparedImage& prepared) const {
    const auto S = static_cast<int>(config_.vision.image_size);
    if (std::max(image.width, image.height) > kLongestSide) return "a side too long to be resized";
    if (!config_.is_hd()) {
      prepared.shape = {1, 3, S, S};
      prepared.pixels.resize(std::size_t{3} * S * S);
      normalizer_.normalize(resize(image, S, S, Filter::kBicubic), prepared.pixels);
      return "";
    }
    const auto plan = plan_hd(image.width, image.height, config_.cut, budget);
    if (!plan) return "so thin that nothing of it is left at the width of its tiles";
    auto& view = prepared.view;
    view.grid_columns = plan->columns, view.grid_rows = plan->rows;
    view.tile_count = 1 + plan->tile_count();
    view.token_count = stitched_token_count(view, config_.tile_features());
    prepared.shape = {view.tile_count, 3, S, S};
    write_tiles(lay_out_hd(image, *plan, config_.cut), prepared);
    return "";
  }

  /// The whole canvas as one tile, then its tiles row by row.
  void write_tiles(const Image& canvas, PreparedImage& prepared) const {
    const auto S = static_cast<int>(config_.vision.image_size);
    const auto values = std::size_t{3} * S * S;
    prepared.pixels.resize(static_cast<std::size_t>(prepared.view.tile_count) * values);
    auto room = std::span(prepared.pixels);
    interpolate_bicubic(canvas, normalizer_, S, S, room.first(values));
    for (int top = 0; top < canvas.height; top += S) {
      for (int left = 0; left < canvas.width; left += S) {
        room = room.subspan(values);
        normalizer_.normalize(crop(canvas, left, top, S, S), room.first(values));
      }
    }
  }

  std::string pipeline() const {
    const auto& c = config_;
    auto text = fmt::format("{} {} {}", c.is_hd() ? kHdPipeline : kSquarePipeline, c.vision.image_size, blanks_pictures_);
    if (c.is_hd()) text += fmt::format(" {} {} {} {}", c.cut.enlargement, c.cut.centres, c.budget, static_cast<int>(c.several));
    return text;
  }

  void fill_card(const std::filesystem::path& folder, const VlmOptions& options, at::ScalarType dtype) {
    card_ = begin_card(folder, options, dtype);
    card_.family = "xcomposer";
    card_.chat_template = config_.chat_template;
    card_.system_text = config_.system_text;
    card_.pipeline_digest = digest_of(pipeline());
    card_.parameter_count = parameter_count(checkpoint_, is_unread_by_xcomposer);
  }

  Checkpoint checkpoint_;
  XComposerConfig config_;
  ImageLimits limits_;
  bool blanks_pictures_;
  Normalizer normalizer_{kClipNormalization};
  std::unique_ptr<Tokenizer> tokenizer_;
  XComposerPrompter prompter_;
  std::unique_ptr<Parts> parts_;
  ModelCard card_;
};

const char* release_of(const XComposerConfig& config) {
  constexpr const char* kNames[] = {"XComposer2", "XComposer2-4KHD", "XComposer2.5"};
  return kNames[static_cast<int>(config.version)];
}

std::string language_text(const LanguageConfig& c) {
  return fmt::format("{}; on pictures LoRA of rank {} (wqkv) and {}", describe(c), c.lora.qkv_rank, c.lora.rank);
}

}  // namespace

std::unique_ptr<Family> open_xcomposer(const std::filesystem::path& folder, const VlmOptions& options) {
  return std::make_unique<XComposer>(folder, options, std::nullopt);
}

std::unique_ptr<Family> sketch_xcomposer(const std::filesystem::path& folder, const VlmOptions& options, LayerCounts layers) {
  return std::make_unique<XComposer>(folder, options, layers);
}

LayerCounts xcomposer_layers(const std::filesystem::path& folder) {
  const auto config = read_xcomposer_config(folder, Checkpoint::open(folder));
  return {config.vision.layer_count, config.language.layer_count};
}

CheckpointReport inspect_xcomposer(const std::filesystem::path& folder) {
  const auto checkpoint = Checkpoint::open(folder);
  const auto config = read_xcomposer_config(folder, checkpoint);
  Weights weights(checkpoint, at::kFloat, Weights::Mode::kShapes);
  weights.leave_unread(is_unread_by_xcomposer);
  const Parts parts(config, weights);
  auto report = begin_report(checkpoint, is_unread_by_xcomposer);
  report.family = "xcomposer";
  report.layout = release_of(config);
  report.vision_model = describe(config.vision);
  report.language_model = language_text(config.language);
  report.dtype = config.stored_dtype;
  report.chat_template = config.chat_template;
  report.system_text = config.system_text;
  report.image_side = config.vision.image_size;
  report.tokens_per_tile = config.tile_features() * config.tile_features();
  report.min_tiles = config.is_hd() ? 2 : 1, report.max_tiles = config.is_hd() ? 1 + config.budget : 1;
  report.mismatches = weights.mismatches();
  return report;
}

}  // namespace assay
