#include "model/checkpoint/torch_file.h"

#include <algorithm>
#include <cstring>
#include <map>
#include <optional>

#include "harness/base/error.h"
#include "model/checkpoint/pickle.h"
#include "model/checkpoint/state_dict.h"
#include "model/checkpoint/zip_directory.h"

namespace assay {
namespace {

using pickle::Handle;
using pickle::Kind;
using pickle::Pickle;
using Bytes = std::span<const std::byte>;

constexpr std::string_view kZipMagic = "PK\x03\x04";
/// 0x1950a86a20f9469cfc6c, torch/serialization.py MAGIC_NUMBER, as a pickled long.
constexpr std::string_view kStreamMagic = "\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19";

std::string_view text_of(Bytes bytes) { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }

std::vector<StoredTensor> read_zip_form(Bytes file, const std::filesystem::path& path, std::vector<std::string>& warnings) {
  constexpr std::string_view kPickleName = "data.pkl";
  const auto where = path.string();
  const auto entries = read_zip_directory(file, where);
  const auto found = std::find_if(entries.begin(), entries.end(), [&](const auto& entry) {
    return entry.first == kPickleName || entry.first.ends_with(fmt::format("/{}", kPickleName));
  });
  if (found == entries.end()) throw ModelError(fmt::format("{}: a zip archive without data.pkl: not a file of torch.save", where));
  const auto folder = found->first.substr(0, found->first.size() - kPickleName.size());
  if (entries.contains(folder + "constants.pkl"))
    throw ModelError(fmt::format("{}: a TorchScript program; save model.state_dict() instead", where));
  const auto order = entries.find(folder + "byteorder");
  if (order != entries.end() && text_of(order->second) != "little")
    throw ModelError(fmt::format("{}: saved on a big-endian machine", where));
  const auto pickle = pickle::read_pickle(found->second, where);
  const auto find_storage = [&](const StorageId& id) {
    const auto entry = entries.find(fmt::format("{}data/{}", folder, id.key));
    if (entry == entries.end()) throw ModelError(fmt::format("{}: no storage {:?} in the archive", where, id.key));
    return entry->second;
  };
  return read_state_dict(pickle, find_storage, path, warnings);
}

/// The stream form: pickles of a magic number, a version, facts of the machine, the object, and the storages' keys; then each
/// storage.
class Stream {
 public:
  Stream(Bytes file, std::string where) : file_(file), where_(std::move(where)) {}

  Pickle next_pickle() {
    auto pickle = pickle::read_pickle(file_.subspan(at_), where_);
    at_ += pickle.byte_count();
    return pickle;
  }

  /// Needs the element size of each storage, which only the persistent ids tell.
  std::map<std::string_view, Bytes> read_storages(const Pickle& object, const Pickle& keys) {
    std::map<std::string_view, std::int64_t> unit_of;
    for (Handle handle = 0; handle < object.size(); ++handle) {
      if (const auto id = storage_id_of(object, object[handle])) unit_of.emplace(id->key, id->unit());
    }
    std::map<std::string_view, Bytes> storages;
    const auto& list = keys[keys.root()];
    if (list.kind != Kind::kList) throw ModelError(fmt::format("{}: expected a list of storages behind the object", where_));
    for (const auto handle : list.items) {
      const auto unit = unit_of.find(keys[handle].text);
      if (unit == unit_of.end())
        throw ModelError(fmt::format("{}: storage {:?} is listed, but its dtype is not told", where_, keys[handle].text));
      storages.insert_or_assign(unit->first, next_storage(unit->first, unit->second));
    }
    return storages;
  }

 private:
  Bytes next_storage(std::string_view key, std::int64_t unit) {
    std::int64_t count = 0, bytes = 0;
    const auto left = file_.size() - at_;
    if (left >= sizeof count) std::memcpy(&count, file_.data() + at_, sizeof count);
    const bool fits = left >= sizeof count && count >= 0 && !__builtin_mul_overflow(count, unit, &bytes) &&
                      static_cast<std::uint64_t>(bytes) <= left - sizeof count;
    if (!fits) throw ModelError(fmt::format("{}: storage {:?} reaches beyond the file; is the download complete?", where_, key));
    const auto content = file_.subspan(at_ + sizeof count, static_cast<std::size_t>(bytes));
    at_ += sizeof count + content.size();
    return content;
  }

  Bytes file_;
  std::string where_;
  std::size_t at_ = 0;
};

bool says_big_endian(const Pickle& machine) {
  const auto& facts = machine[machine.root()].items;
  for (std::size_t i = 0; i + 1 < facts.size(); i += 2) {
    if (machine[facts[i]].text == "little_endian") return machine[facts[i + 1]].number == 0;
  }
  return false;
}

std::vector<StoredTensor> read_stream_form(Bytes file, const std::filesystem::path& path, std::vector<std::string>& warnings) {
  const auto where = path.string();
  Stream stream(file, where);
  (void)stream.next_pickle();  // the magic number
  (void)stream.next_pickle();  // the version, 1001 in every release
  if (says_big_endian(stream.next_pickle())) throw ModelError(fmt::format("{}: saved on a big-endian machine", where));
  const auto object = stream.next_pickle(), keys = stream.next_pickle();
  std::optional<std::map<std::string_view, Bytes>> storages;
  const auto find_storage = [&](const StorageId& id) {
    if (!storages) storages = stream.read_storages(object, keys);  // late, so that an object that is no state dict is named first
    const auto storage = storages->find(id.key);
    if (storage == storages->end()) throw ModelError(fmt::format("{}: no storage {:?} in the file", where, id.key));
    return storage->second;
  };
  return read_state_dict(object, find_storage, path, warnings);
}

/// PROTO, LONG1, and the magic number.
bool is_stream(std::string_view text) {
  return text.starts_with('\x80') && text.substr(std::min<std::size_t>(text.size(), 4)).starts_with(kStreamMagic);
}

}  // namespace

bool looks_like_torch_file(Bytes file) { return text_of(file).starts_with(kZipMagic) || is_stream(text_of(file)); }

std::vector<StoredTensor> read_torch_file(Bytes file, const std::filesystem::path& path, std::vector<std::string>& warnings) {
  if (text_of(file).starts_with(kZipMagic)) return read_zip_form(file, path, warnings);
  if (is_stream(text_of(file))) return read_stream_form(file, path, warnings);
  throw ModelError(fmt::format("{}: neither the zip form nor the stream form of torch.save", path.string()));
}

}  // namespace assay
