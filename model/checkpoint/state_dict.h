#pragma once
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "model/checkpoint/pickle.h"
#include "model/checkpoint/stored_tensor.h"

namespace assay {

/// What a storage's persistent id says: ("storage", type, key, location, number of elements[, view of another storage]).
struct StorageId {
  std::optional<StoredType> type{};  ///< none: untyped, counted in bytes
  std::string_view key{};
  std::int64_t element_count = 0;
  std::int64_t view_begin = 0;  ///< in elements; only the stream form has views
  std::optional<std::int64_t> view_count{};

  [[nodiscard]] std::int64_t unit() const { return type ? static_cast<std::int64_t>(size_of(*type)) : 1; }
};

/// Nothing for a value that is no storage of torch's.
[[nodiscard]] std::optional<StorageId> storage_id_of(const pickle::Pickle& pickle, const pickle::Value& value);

/// Finds a storage's bytes by its id; throws ModelError when the file holds none.
using FindStorage = std::function<std::span<const std::byte>(const StorageId&)>;

/// The tensors of a pickled state dict. Of all calls that a pickle notes, only those that describe a tensor, its parameter or an
/// OrderedDict mean anything here; every other entry is skipped with a word in `warnings`. Sizes, strides and offsets are held
/// against the storage's bytes. Throws   ModelError with the file's and the tensor's name
[[nodiscard]] std::vector<StoredTensor> read_state_dict(const pickle::Pickle& pickle, FindStorage find_storage,
                                                        const std::filesystem::path& path, std::vector<std::string>& warnings);

}  // namespace assay
