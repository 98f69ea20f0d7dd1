#pragma once
#include <ATen/core/Tensor.h>
#include <fmt/format.h>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "harness/base/error.h"
#include "model/image/pixel_buffer.h"
#include "model/language/decoder.h"
#include "model/tokenizer/tokenizer.h"
#include "model/vlm.h"

namespace assay {

/// Layers that run in each half of a model.
struct LayerCounts {
  std::int64_t vision = 0;
  std::int64_t language = 0;
};

/// A picture made ready for the encoder.
struct PreparedImage {
  ImageView view;
  PixelBuffer pixels;                  ///< [tiles, 3, S, S]
  std::vector<std::int64_t> shape;     ///< of `pixels`
  double decode_ms = 0;
  double preprocess_ms = 0;
};

/// A prompt as token ids, with the places where a picture's features stand.
struct RenderedPrompt {
  struct ImageSlot {
    std::int64_t position = 0;  ///< first of `count` consecutive tokens
    std::int64_t count = 0;
    std::size_t image_index = 0;  ///< in Prompt::images
    std::int64_t first_feature = 0;  ///< row among the picture's features
  };
  std::string text;  ///< each run of picture tokens written once, as "<IMG_CONTEXT>*256"
  std::vector<std::int64_t> token_ids;
  std::vector<ImageSlot> slots;
};

/// What is special about a family of checkpoints. The engine does the rest: it knows neither templates nor tilings.
class Family {
 public:
  virtual ~Family() = default;
  [[nodiscard]] virtual const ModelCard& card() const = 0;
  [[nodiscard]] virtual std::string weights_digest() const = 0;
  /// Of the weights that encode() and assemble() use, and perhaps of more. Reads them.
  [[nodiscard]] virtual std::string encoder_digest() const { return weights_digest(); }

  /// Reads, decodes, tiles and normalises one of the `image_count` pictures of a prompt. Any thread.
  [[nodiscard]] virtual Result<PreparedImage> prepare(const ImageInput& image, std::optional<int> max_tiles, std::size_t image_count) const = 0;

  /// Chat template and tokens. `images` are the prompt's pictures, prepared.
  [[nodiscard]] virtual Result<RenderedPrompt> render(const Prompt& prompt, std::span<const ImageView> images) const = 0;

  /// Shapes  pixels [B, 3, S, S] float32 -> [B, N, D]
  [[nodiscard]] virtual at::Tensor encode(const at::Tensor& pixels) const = 0;
  /// What encode() does behind the vision tower, so that it can be timed alone. Throws ModelError in a family that projects in assemble().
  /// Shapes  hidden [B, 1 + P, D of the tower] -> [B, N, D of the language model]
  [[nodiscard]] virtual at::Tensor project(const at::Tensor& hidden) const {
    (void)hidden;
    throw ModelError(fmt::format("{}: this family's projector runs on whole pictures and is not timed alone", card().name));
  }
  /// What encode() made of all of a picture's tiles, as it goes into the prompt; one tile after the other unless a family puts them together.
  /// Shapes  tiles [tiles, N, D] -> [view.token_count, D of the language model]
  [[nodiscard]] virtual at::Tensor assemble(const at::Tensor& tiles, const ImageView& view) const {
    (void)view;
    return tiles.flatten(0, 1);
  }

  [[nodiscard]] virtual const Decoder& decoder() const = 0;
  [[nodiscard]] virtual const Tokenizer& tokenizer() const = 0;
  /// Tokens that end a reply.
  [[nodiscard]] virtual std::span<const std::int64_t> end_ids() const = 0;
  /// Those that end a reply in a beam search, where a family's reference goes on past another one and cuts the text there.
  [[nodiscard]] virtual std::span<const std::int64_t> beam_end_ids() const { return end_ids(); }
  /// Text that ends a reply when an end token's text comes out of ordinary tokens; may be empty.
  [[nodiscard]] virtual const std::string& end_text() const = 0;
  /// The reply in a finished text, which is cut at its end: all of it, unless the reference reads only a part.
  [[nodiscard]] virtual std::string_view reply_in(std::string_view text) const { return text; }
};

}  // namespace assay
