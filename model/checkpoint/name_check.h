#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace assay {

/// A parameter that the model has, or a tensor that the checkpoint has.
struct NamedShape {
  std::string name;
  std::vector<std::int64_t> shape;
  std::string file;  ///< where it lies; empty for the model's own
};

/// True for buffers that old checkpoints carry and no model here reads: *.inv_freq, *.position_ids, *.relative_position_index,
/// *.num_batches_tracked.
[[nodiscard]] bool is_ignored_tensor(std::string_view name);

/// Empty when every expected tensor was found with its shape and every found one is expected; else a text that lists shapes that
/// differ, what is missing and what is surplus, each list sorted and cut at 20 names. Ignored tensors count for neither side.
[[nodiscard]] std::string mismatch_text(std::span<const NamedShape> expected, std::span<const NamedShape> found);

/// Throws   ModelError with `where` and the text above, unless that is empty
void check_all_used(std::string_view where, std::span<const NamedShape> expected, std::span<const NamedShape> found);

/// "a, b, c ... and 5 more", cut at 20.
[[nodiscard]] std::string joined_names(std::span<const std::string> names);

}  // namespace assay
