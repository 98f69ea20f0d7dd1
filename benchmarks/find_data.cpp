#include "benchmarks/find_data.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "datasets/locate.h"

namespace assay {
namespace {

std::vector<std::string> candidates_of(std::span<const std::string_view> folders, std::span<const std::string_view> files) {
  std::vector<std::string> candidates(files.begin(), files.end());
  for (const auto folder : folders) {
    for (const auto file : files) candidates.push_back(fmt::format("{}/{}", folder, file));
  }
  return candidates;
}

/// Whether a folder on the way to the root is the data set's: ChartQA, or datasets--lmms-lab--ChartQA in the hub's cache.
bool is_of(const std::filesystem::path& root, std::string_view name) {
  return std::ranges::any_of(root, [&](const std::filesystem::path& part) {
    const std::string text = part.string();
    return text == name || (text.starts_with("datasets--") && text.ends_with(fmt::format("--{}", name)));
  });
}

std::optional<std::filesystem::path> try_find_hub(const DataPlaces& places, const HubSplit& hub) {
  const std::vector<std::string> named = {fmt::format("{}/{}", hub.name, hub.files), fmt::format("*/{}/{}", hub.name, hub.files),
                                          fmt::format("datasets--*--{}/snapshots/*/{}", hub.name, hub.files)};
  for (const auto& root : places.roots) {
    auto candidates = named;
    if (is_of(root, hub.name)) candidates.emplace_back(hub.files);
    if (auto found = try_find_first(std::span(&root, 1), candidates)) return found;
  }
  return std::nullopt;
}

}  // namespace

std::filesystem::path find_data(const DataPlaces& places, std::initializer_list<std::string_view> folders,
                                std::initializer_list<std::string_view> files, std::string_view what) {
  return find_data(places, std::span<const std::string_view>(folders), std::span<const std::string_view>(files), what);
}

std::filesystem::path find_data(const DataPlaces& places, std::span<const std::string_view> folders, std::span<const std::string_view> files,
                                std::string_view what) {
  return find_first(places.roots, candidates_of(folders, files), what).lexically_normal();
}

std::filesystem::path find_data(const DataPlaces& places, std::span<const std::string_view> folders, std::span<const std::string_view> files,
                                std::string_view what, const HubSplit& hub) {
  if (const auto found = try_find_first(places.roots, candidates_of(folders, files))) return found->lexically_normal();
  if (const auto found = try_find_hub(places, hub)) return found->lexically_normal();
  return find_data(places, folders, files, fmt::format("{}, or the hub's {} ({})", what, hub.name, hub.files));
}

std::filesystem::path find_data(const DataPlaces& places, std::initializer_list<std::string_view> folders,
                                std::initializer_list<std::string_view> files, std::string_view what, const HubSplit& hub) {
  return find_data(places, std::span<const std::string_view>(folders), std::span<const std::string_view>(files), what, hub);
}

}  // namespace assay
