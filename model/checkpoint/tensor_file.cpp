#include "model/checkpoint/tensor_file.h"

#include <algorithm>
#include <map>
#include <mutex>

#include "harness/base/digest.h"
#include "harness/base/error.h"
#include "model/checkpoint/name_check.h"
#include "model/checkpoint/safetensors.h"
#include "model/checkpoint/torch_file.h"
#include "model/checkpoint/weight_files.h"

namespace assay {
namespace {

constexpr std::string_view kLfsPointer = "version https://git-lfs";

std::string_view text_of(std::span<const std::byte> bytes) { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }

void refuse_lfs_pointer(const MappedFile& file) {
  if (!text_of(file.bytes()).starts_with(kLfsPointer)) return;
  throw ModelError(fmt::format("{}: a Git LFS pointer stands in for the weights; run `git lfs pull` in {}", file.path().string(),
                               file.path().parent_path().string()));
}

std::vector<StoredTensor> read_weights(const MappedFile& file, std::vector<std::string>& warnings) {
  refuse_lfs_pointer(file);
  const auto extension = file.path().extension();
  const bool is_torch = extension == ".bin" || extension == ".pth" || extension == ".pt" ||
                        (extension != ".safetensors" && looks_like_torch_file(file.bytes()));
  return is_torch ? read_torch_file(file.bytes(), file.path(), warnings) : read_safetensors(file.bytes(), file.path());
}

bool is_listed(const StoredTensor& tensor, const ShardIndex& index) {
  const auto entry = index.file_of.find(tensor.name);
  return entry != index.file_of.end() && index.path.parent_path() / entry->second == tensor.file;
}

/// Drops what lies in another shard than the index says, and keeps and mentions what the index does not list at all.
void compare_with_index(std::vector<StoredTensor>& tensors, const ShardIndex& index, std::vector<std::string>& warnings) {
  std::vector<std::string> unlisted, elsewhere;
  for (const auto& tensor : tensors) {
    if (is_listed(tensor, index)) continue;
    auto& list = index.file_of.contains(tensor.name) ? elsewhere : unlisted;
    list.push_back(fmt::format("{} ({})", tensor.name, tensor.file.filename().string()));
  }
  const auto where = index.path.string();
  if (!unlisted.empty())
    warnings.push_back(
        fmt::format("{}: does not list {} tensors of its files: {}", where, unlisted.size(), joined_names(unlisted)));
  if (!elsewhere.empty()) {
    warnings.push_back(fmt::format("{}: names other files for {} tensors, whose second copies are not read: {}", where,
                                   elsewhere.size(), joined_names(elsewhere)));
  }
  std::erase_if(tensors,
                [&](const StoredTensor& tensor) { return index.file_of.contains(tensor.name) && !is_listed(tensor, index); });
}

/// Needs `tensors` sorted by name; null when there is none of that name.
const StoredTensor* find_sorted(const std::vector<StoredTensor>& tensors, std::string_view name) {
  const auto at =
      std::lower_bound(tensors.begin(), tensors.end(), name, [](const StoredTensor& t, std::string_view n) { return t.name < n; });
  return at != tensors.end() && at->name == name ? &*at : nullptr;
}

void check_index_is_filled(const std::vector<StoredTensor>& tensors, const ShardIndex& index) {
  std::vector<std::string> missing;
  for (const auto& [name, file] : index.file_of) {
    if (find_sorted(tensors, name) == nullptr) missing.push_back(fmt::format("{} ({})", name, file));
  }
  if (missing.empty()) return;
  throw ModelError(fmt::format("{}: {} tensors are not in the files it names for them: {}", index.path.string(), missing.size(),
                               joined_names(missing)));
}

void check_names_differ(const std::vector<StoredTensor>& tensors) {
  const auto twice =
      std::adjacent_find(tensors.begin(), tensors.end(), [](const auto& a, const auto& b) { return a.name == b.name; });
  if (twice == tensors.end()) return;
  throw ModelError(
      fmt::format("tensor {:?} is both in {} and in {}", twice->name, twice->file.string(), std::next(twice)->file.string()));
}

}  // namespace

struct Checkpoint::DigestOnce {
  std::once_flag flag;
  std::string hex;
};

Checkpoint::Checkpoint() : digest_(std::make_unique<DigestOnce>()) {}
Checkpoint::Checkpoint(Checkpoint&&) noexcept = default;
Checkpoint& Checkpoint::operator=(Checkpoint&&) noexcept = default;
Checkpoint::~Checkpoint() = default;

Checkpoint Checkpoint::open(const std::filesystem::path& path) {
  auto found = find_weight_files(path);
  Checkpoint checkpoint;
  checkpoint.warnings_ = std::move(found.warnings);
  for (const auto& file : found.files) {
    const auto& mapping = checkpoint.mappings_.emplace_back(file);
    auto tensors = read_weights(mapping, checkpoint.warnings_);
    std::move(tensors.begin(), tensors.end(), std::back_inserter(checkpoint.tensors_));
  }
  auto& tensors = checkpoint.tensors_;
  if (found.index) compare_with_index(tensors, *found.index, checkpoint.warnings_);
  std::sort(tensors.begin(), tensors.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
  check_names_differ(tensors);
  if (found.index) check_index_is_filled(tensors, *found.index);
  const auto total = checkpoint.total_bytes();
  if (found.index && found.index->total_size && *found.index->total_size != total) {
    checkpoint.warnings_.push_back(fmt::format("{}: \"total_size\" is {}, the tensors take {} bytes", found.index->path.string(),
                                               *found.index->total_size, total));
  }
  return checkpoint;
}

const StoredTensor* Checkpoint::find(std::string_view name) const { return find_sorted(tensors_, name); }

std::vector<std::filesystem::path> Checkpoint::files() const {
  std::vector<std::filesystem::path> paths;
  for (const auto& mapping : mappings_) paths.push_back(mapping.path());
  return paths;
}

std::uint64_t Checkpoint::total_bytes() const {
  std::uint64_t total = 0;
  for (const auto& tensor : tensors_) total += tensor.logical_bytes();
  return total;
}

std::string Checkpoint::digest() const {
  std::call_once(digest_->flag, [this] {
    prefetch();
    digest_->hex = digest_of_some([](std::string_view) { return true; });
  });
  return digest_->hex;
}

std::string Checkpoint::digest_of_some(const std::function<bool(std::string_view name)>& is_counted) const {
  Digest all;
  for (const auto& tensor : tensors_) {
    if (!is_counted(tensor.name)) continue;
    const auto content = tensor.is_contiguous() ? digest_of(text_of(tensor.bytes)) : digest_of(text_of(contiguous_bytes(tensor)));
    // The lengths part the fields, so that no two lists of tensors read alike.
    all.add(fmt::format("{}:{} {} {} {}\n", tensor.name.size(), tensor.name, name_of(tensor.type), shape_text(tensor.shape),
                        content));
  }
  return all.hex();
}

void Checkpoint::prefetch() const noexcept {
  for (const auto& mapping : mappings_) mapping.prefetch();
}

}  // namespace assay
