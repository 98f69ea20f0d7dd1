#include "benchmarks/find_data.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

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

}  // namespace

std::optional<std::filesystem::path> try_find_hub(const DataPlaces& places, const HubSplit& hub) {
  std::vector<std::string_view> patterns = {hub.files};
  if (!hub.also.empty()) patterns.push_back(hub.also);
  for (const auto& root : places.roots) {
    std::vector<std::string> candidates;
    for (const auto files : patterns) {
      candidates.insert(candidates.end(), {fmt::format("{}/{}", hub.name, files), fmt::format("*/{}/{}", hub.name, files),
                                           fmt::format("datasets--*--{}/snapshots/*/{}", hub.name, files)});
      if (is_of(root, hub.name)) candidates.emplace_back(files);
    }
    if (auto found = try_find_first(std::span(&root, 1), candidates)) return found->lexically_normal();
  }
  return std::nullopt;
}

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
  if (auto found = try_find_hub(places, hub)) return *std::move(found);
  return find_data(places, folders, files, fmt::format("{}, or the hub's {} ({})", what, hub.name, hub.files));
}

std::filesystem::path find_data(const DataPlaces& places, std::initializer_list<std::string_view> folders,
                                std::initializer_list<std::string_view> files, std::string_view what, const HubSplit& hub) {
  return find_data(places, std::span<const std::string_view>(folders), std::span<const std::string_view>(files), what, hub);
}

}  // namespace assay
