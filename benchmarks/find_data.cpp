#include "benchmarks/find_data.h"

#include <fmt/format.h>

#include "datasets/locate.h"

namespace assay {

std::filesystem::path find_data(const DataPlaces& places, std::initializer_list<std::string_view> folders,
                                std::initializer_list<std::string_view> files, std::string_view what) {
  return find_data(places, std::span<const std::string_view>(folders), std::span<const std::string_view>(files), what);
}

std::filesystem::path find_data(const DataPlaces& places, std::span<const std::string_view> folders, std::span<const std::string_view> files,
                                std::string_view what) {
  std::vector<std::string> candidates(files.begin(), files.end());
  for (const auto folder : folders) {
    for (const auto file : files) candidates.push_back(fmt::format("{}/{}", folder, file));
  }
  return find_first(places.roots, candidates, what).lexically_normal();
}

}  // namespace assay
