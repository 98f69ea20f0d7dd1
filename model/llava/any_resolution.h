#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "model/image/image.h"

/// LLaVA-NeXT's pictures of any resolution: the whole picture as one square tile, then the tiles of a larger canvas of a shape from a list.
namespace assay {

/// A canvas, in pixels.
struct Resolution {
  int width = 0;
  int height = 0;
  friend bool operator==(const Resolution&, const Resolution&) = default;
};

struct AnyResolution {
  /// How the tiles' features become one row of tokens [mm_patch_merge_type].
  enum class Merge {
    kFlat,          ///< tile after tile
    kSpatial,       ///< the canvas row by row
    kSpatialUnpad,  ///< of the canvas what is picture, row by row, each with a newline behind
  };
  std::vector<Resolution> resolutions;  ///< in the order in which they are tried [image_grid_pinpoints]
  Merge merge = Merge::kSpatialUnpad;
  bool rounds = false;                  ///< to seven digits before a length is cut to a whole number: transformers since 4.45
};

/// The canvas on which most of the picture's pixels survive; of equal ones the one with the least waste, the first of those. None for a picture
/// so thin that nothing of it would be left on any.
/// Source   haotian-liu/LLaVA c121f04 llava/mm_utils.py, select_best_resolution; transformers image_processing_utils.py, the same
[[nodiscard]] std::optional<Resolution> choose_resolution(int width, int height, std::span<const Resolution> resolutions);

/// The whole picture at side x side, its proportions lost, then the canvas's tiles row by row: the picture scaled to fit, black around it.
/// Source   haotian-liu/LLaVA c121f04 llava/mm_utils.py, process_anyres_image and resize_and_pad_image
[[nodiscard]] std::vector<Image> cut_any_resolution(const Image& image, const Resolution& canvas, int side);

/// The part of a map of rows x columns features that is picture and not the black around it.
struct MapPart {
  std::int64_t first_row = 0, rows = 0, first_column = 0, columns = 0;
  friend bool operator==(const MapPart&, const MapPart&) = default;
};

/// With an odd number of rows or columns around it, one more of them stays.
/// Source   haotian-liu/LLaVA c121f04 llava/model/llava_arch.py, unpad_image; transformers models/llava_next, the same with rounding
[[nodiscard]] MapPart unpad(int width, int height, std::int64_t rows, std::int64_t columns, bool rounds);

}  // namespace assay
