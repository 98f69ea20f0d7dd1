#pragma once
#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "model/checkpoint/stored_tensor.h"

namespace assay {

/// True when the bytes begin as a file of `torch.save` does, zip or stream.
[[nodiscard]] bool looks_like_torch_file(std::span<const std::byte> file);

/// The tensors of a state dict that `torch.save` wrote (.bin, .pth), in its zip form (torch 1.6 and newer) or as the older stream.
/// The file is untrusted: its pickle is read as data, and nothing in it is called, imported or built. `{"model": {...}}`,
/// `{"state_dict": {...}}` and the like are unwrapped; what is no tensor is skipped, inside the state dict with a word in
/// `warnings`.
///
/// Throws   ModelError with the file's and the tensor's name
/// Source   github.com/pytorch/pytorch, torch/serialization.py (`_load`, `_legacy_load`) and torch/_utils.py (`_rebuild_tensor_v2`)
[[nodiscard]] std::vector<StoredTensor> read_torch_file(std::span<const std::byte> file, const std::filesystem::path& path,
                                                        std::vector<std::string>& warnings);

}  // namespace assay
