#include "model/checkpoint/weight_files.h"

#include <algorithm>
#include <set>
#include <system_error>

#include "harness/base/error.h"
#include "harness/base/json.h"
#include "model/checkpoint/name_check.h"

namespace assay {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kLargestIndexBytes = 100'000'000;

/// In the order in which transformers looks (modeling_utils.py, `_get_resolved_checkpoint_files`).
struct KnownName {
  std::string_view name;
  bool is_index;
};
constexpr KnownName kKnownNames[] = {
    {"model.safetensors", false},
    {"model.safetensors.index.json", true},
    {"pytorch_model.bin", false},
    {"pytorch_model.bin.index.json", true},
};

bool is_there(const fs::path& path) {
  std::error_code ignored;
  return fs::exists(path, ignored);
}

bool stays_inside(std::string_view name) {
  const fs::path path(name);
  if (name.empty() || name.find('\0') != std::string_view::npos || path.is_absolute() || !path.has_filename()) return false;
  return std::none_of(path.begin(), path.end(), [](const fs::path& part) { return part == ".."; });
}

json::Document parse_index(const fs::path& path) {
  std::error_code error;
  const auto size = fs::file_size(path, error);
  if (!error && size > kLargestIndexBytes)
    throw ModelError(fmt::format("{}: {} bytes, the limit is {}", path.string(), size, kLargestIndexBytes));
  try {
    return json::parse_file(path);
  } catch (const DataError& parse_error) {
    throw ModelError(parse_error.what());
  }
}

WeightFiles shards_of(const fs::path& index_path) {
  WeightFiles found{.files = {}, .index = read_shard_index(index_path), .warnings = {}};
  std::set<std::string_view> names;
  for (const auto& [tensor, file] : found.index->file_of) names.insert(file);
  std::vector<std::string> missing;
  for (const auto name : names) {
    found.files.push_back(index_path.parent_path() / name);
    if (!is_there(found.files.back())) missing.emplace_back(name);
  }
  if (!missing.empty()) {
    throw ModelError(fmt::format("{}: {} of {} files it names are not there: {}; is the download complete?", index_path.string(),
                                 missing.size(), names.size(), joined_names(missing)));
  }
  return found;
}

WeightFiles known_name_in(const fs::path& folder) {
  WeightFiles found;
  std::vector<std::string_view> present;
  for (const auto& known : kKnownNames) {
    if (!is_there(folder / known.name)) continue;
    if (present.empty() && known.is_index) found = shards_of(folder / known.name);
    if (present.empty() && !known.is_index) found.files = {folder / known.name};
    present.push_back(known.name);
  }
  // A .bin beside safetensors is the usual second copy; two of one kind are worth a word.
  const bool has_both = present.size() >= 2 && present[0].substr(0, 5) == present[1].substr(0, 5);
  if (has_both)
    found.warnings.push_back(fmt::format("{}: holds {} and {}; reading the first", folder.string(), present[0], present[1]));
  return found;
}

std::vector<fs::path> files_with(const fs::path& folder, std::initializer_list<std::string_view> extensions) {
  std::vector<fs::path> found;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    const auto extension = entry.path().extension();
    if (std::find(extensions.begin(), extensions.end(), extension.native()) == extensions.end()) continue;
    // Side files of the trainer, which hold no weights.
    if (entry.path().filename() == "training_args.bin" || entry.path().filename() == "optimizer.bin") continue;
    found.push_back(entry.path());
  }
  if (error) throw ModelError(fmt::format("{}: cannot list: {}", folder.string(), error.message()));
  std::sort(found.begin(), found.end());
  return found;
}

WeightFiles only_file_in(const fs::path& folder) {
  for (const auto extensions : {std::initializer_list<std::string_view>{".safetensors"}, {".bin", ".pth", ".pt"}}) {
    const auto files = files_with(folder, extensions);
    if (files.size() == 1) return {.files = files, .index = {}, .warnings = {}};
    if (files.empty()) continue;
    std::vector<std::string> names;
    for (const auto& file : files) names.push_back(file.filename().string());
    throw ModelError(fmt::format("{}: {} weight files and no index ({}): {}; name one of them, or add the index", folder.string(),
                                 files.size(), kKnownNames[1].name, joined_names(names)));
  }
  throw ModelError(
      fmt::format("{}: no weights: expected model.safetensors, pytorch_model.bin, or an index of shards", folder.string()));
}

}  // namespace

ShardIndex read_shard_index(const fs::path& path) {
  const auto where = path.string();
  const auto document = parse_index(path);
  const auto* map = json::find(document, "weight_map");
  if (map == nullptr || !map->IsObject()) throw ModelError(fmt::format("{}: expected an object \"weight_map\"", where));
  ShardIndex index{.path = path, .file_of = {}, .total_size = {}};
  for (const auto& member : map->GetObject()) {
    const auto name = json::text_of(member.name);
    if (!member.value.IsString()) throw ModelError(fmt::format("{}: tensor {:?}: expected a file name", where, name));
    const auto file = json::text_of(member.value);
    if (!stays_inside(file)) throw ModelError(fmt::format("{}: tensor {:?}: file {:?} is outside the folder", where, name, file));
    if (!index.file_of.emplace(name, file).second) throw ModelError(fmt::format("{}: tensor {:?} occurs twice", where, name));
  }
  if (index.file_of.empty()) throw ModelError(fmt::format("{}: \"weight_map\" is empty", where));
  const auto* metadata = json::find(document, "metadata");
  const auto* total = metadata == nullptr ? nullptr : json::find(*metadata, "total_size");
  if (total != nullptr && total->IsUint64()) index.total_size = total->GetUint64();
  if (total != nullptr && total->IsDouble() && total->GetDouble() >= 0 && total->GetDouble() < 0x1p63) {
    index.total_size = static_cast<std::uint64_t>(total->GetDouble());  // some tools write 1.6e10
  }
  return index;
}

WeightFiles find_weight_files(const fs::path& path) {
  std::error_code error;
  const auto status = fs::status(path, error);
  if (!fs::exists(status)) throw ModelError(fmt::format("{}: no such folder or file", path.string()));
  if (!fs::is_directory(status)) return {.files = {path}, .index = {}, .warnings = {}};
  auto found = known_name_in(path);
  return found.files.empty() ? only_file_in(path) : found;
}

}  // namespace assay
