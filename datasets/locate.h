#pragma once
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace assay {

/// Where data may lie, most specific first: `data_dir`, ASSAY_DATA (folders parted by ':'), LMUData (default ~/LMUData), and the data set
/// snapshots in the Hugging Face hub cache (HF_HUB_CACHE, HF_HOME/hub, default ~/.cache/huggingface/hub). Only folders that exist, each once.
///
/// Throws   DataError when `data_dir` or a folder of ASSAY_DATA does not exist: the user named it
[[nodiscard]] std::vector<std::filesystem::path> data_roots(const std::optional<std::filesystem::path>& data_dir);

/// The first root/candidate that exists: all candidates of the first root, then the next root. A candidate may hold one `*` part, which matches
/// any one file or folder name ("val_v1.*.json"); the first match by name is taken. nullopt when there is none.
[[nodiscard]] std::optional<std::filesystem::path> try_find_first(std::span<const std::filesystem::path> roots,
                                                                  std::span<const std::string> relative_candidates);

/// try_find_first, or a DataError that says what was looked for ("chartqa_test: the official folder or VLMEvalKit's TSV"), every place that was
/// tried, and the way out.
[[nodiscard]] std::filesystem::path find_first(std::span<const std::filesystem::path> roots,
                                               std::span<const std::string> relative_candidates, std::string_view what);

}  // namespace assay
