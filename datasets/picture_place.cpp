#include "datasets/picture_place.h"

#include <utility>

#include "datasets/sample_list.h"

namespace assay {

std::filesystem::path find_picture_by_tail(const std::filesystem::path& stated, std::span<const std::filesystem::path> roots) {
  std::vector<std::filesystem::path> candidates;
  for (auto part = stated.begin(); part != stated.end(); ++part) {
    std::filesystem::path tail;
    for (auto rest = part; rest != stated.end(); ++rest) tail /= *rest;
    for (const auto& root : roots) candidates.push_back(root / tail);
  }
  return candidates.empty() ? roots.front() : first_existing(candidates);
}

ImageRef find_stated_picture(const std::string& stated, std::span<const std::filesystem::path> roots) {
  auto path = find_picture_by_tail(stated, roots);
  auto name = path.string();
  return {std::move(path), 0, 0, ImageRef::Encoding::kRaw, std::move(name), stated};
}

std::vector<std::filesystem::path> picture_roots(const std::filesystem::path& annotation, std::span<const std::string> folders) {
  const auto folder = std::filesystem::absolute(annotation).parent_path();
  std::vector<std::filesystem::path> roots = {folder, folder.parent_path()};
  for (const auto& base : {folder, folder.parent_path()}) {
    for (const auto& name : folders) roots.push_back(base / name);
  }
  return roots;
}

}  // namespace assay
