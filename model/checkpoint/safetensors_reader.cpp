#include <algorithm>
#include <cstring>
#include <limits>

#include "harness/base/error.h"
#include "harness/base/json.h"
#include "harness/base/utf8.h"
#include "model/checkpoint/safetensors.h"

namespace assay {
namespace {

constexpr std::uint64_t kLengthBytes = 8;
constexpr std::uint64_t kLongestHeader = 100'000'000;  // MAX_HEADER_SIZE of the source
constexpr std::string_view kMetadata = "__metadata__";

/// A tensor's place among the bytes after the header.
struct Place {
  std::uint64_t begin, end;
  std::size_t tensor;
};

ModelError bad_tensor(std::string_view where, std::string_view name, std::string_view what) {
  return ModelError(fmt::format("{}: tensor {:?}: {}", where, name, what));
}

std::string_view header_text(std::span<const std::byte> file, std::string_view where) {
  if (file.size() < kLengthBytes) {
    throw ModelError(fmt::format("{}: expected a safetensors file, got {} bytes; is the download complete?", where, file.size()));
  }
  std::uint64_t length = 0;
  std::memcpy(&length, file.data(), sizeof length);
  if (length > kLongestHeader) {
    throw ModelError(
        fmt::format("{}: the header claims {} bytes, the limit is {}; is this a safetensors file?", where, length, kLongestHeader));
  }
  if (length > file.size() - kLengthBytes) {
    throw ModelError(fmt::format("{}: the header claims {} bytes, the file has {} after the length; is the download complete?",
                                 where, length, file.size() - kLengthBytes));
  }
  return {reinterpret_cast<const char*>(file.data()) + kLengthBytes, static_cast<std::size_t>(length)};
}

json::Document parse_header(std::string_view text, std::string_view where) {
  if (text.find('\0') != std::string_view::npos) throw ModelError(fmt::format("{}: header: not JSON: it holds a NUL byte", where));
  if (replace_invalid_utf8(text) != text) throw ModelError(fmt::format("{}: header: not UTF-8", where));
  json::Document header;
  try {
    header = json::parse(text, fmt::format("{}: header", where));
  } catch (const DataError& error) {
    throw ModelError(error.what());
  }
  if (!header.IsObject()) throw ModelError(fmt::format("{}: header: expected a JSON object", where));
  return header;
}

/// Finds "dtype", "shape" or "data_offsets"; unlike json::find it does not let a second one hide behind the first.
const json::Value& only_member(const json::Value& entry, std::string_view key, std::string_view where, std::string_view name) {
  const json::Value* found = nullptr;
  if (!entry.IsObject()) throw bad_tensor(where, name, "expected an object with \"dtype\", \"shape\" and \"data_offsets\"");
  for (const auto& member : entry.GetObject()) {
    if (json::text_of(member.name) != key) continue;
    if (found != nullptr) throw bad_tensor(where, name, fmt::format("two values for \"{}\"", key));
    found = &member.value;
  }
  if (found == nullptr) throw bad_tensor(where, name, fmt::format("no \"{}\"", key));
  return *found;
}

StoredType read_type(const json::Value& entry, std::string_view where, std::string_view name) {
  const auto& value = only_member(entry, "dtype", where, name);
  if (!value.IsString()) throw bad_tensor(where, name, "\"dtype\" must be a string");
  if (const auto type = stored_type_named(json::text_of(value))) return *type;
  throw bad_tensor(where, name, fmt::format("unknown dtype {:?}", json::text_of(value)));
}

std::vector<std::int64_t> read_shape(const json::Value& entry, std::string_view where, std::string_view name) {
  const auto& value = only_member(entry, "shape", where, name);
  if (!value.IsArray()) throw bad_tensor(where, name, "\"shape\" must be an array of sizes");
  std::vector<std::int64_t> shape;
  for (const auto& size : value.GetArray()) {
    if (!size.IsInt64() || size.GetInt64() < 0) {
      throw bad_tensor(where, name, fmt::format("\"shape\" must hold integers in [0, 2^63), got {}", json::dump(size)));
    }
    shape.push_back(size.GetInt64());
  }
  return shape;
}

Place read_place(const json::Value& entry, std::string_view where, std::string_view name, std::size_t tensor) {
  const auto& value = only_member(entry, "data_offsets", where, name);
  const bool is_pair = value.IsArray() && value.Size() == 2 && value[0].IsUint64() && value[1].IsUint64();
  if (!is_pair) throw bad_tensor(where, name, "\"data_offsets\" must be two integers, begin and end");
  return {value[0].GetUint64(), value[1].GetUint64(), tensor};
}

StoredTensor read_entry(const json::Value& entry, std::string_view name, const Place& place, std::span<const std::byte> data,
                        const std::filesystem::path& path) {
  const auto where = path.string();
  StoredTensor tensor;
  tensor.name = name;
  tensor.type = read_type(entry, where, name);
  tensor.shape = read_shape(entry, where, name);
  tensor.file = path;
  const auto size = checked_bytes(tensor.shape, tensor.type);
  if (!size) throw bad_tensor(where, name, fmt::format("shape {} is larger than any file", shape_text(tensor.shape)));
  if (place.begin > place.end)
    throw bad_tensor(where, name, fmt::format("begins at {}, behind its end at {}", place.begin, place.end));
  if (place.end > data.size()) {
    throw bad_tensor(
        where, name,
        fmt::format("ends at {}, but the file has {} bytes of data; is the download complete?", place.end, data.size()));
  }
  if (place.end - place.begin != *size) {
    throw bad_tensor(where, name,
                     fmt::format("{} {} takes {} bytes, its place has {}", name_of(tensor.type), shape_text(tensor.shape), *size,
                                 place.end - place.begin));
  }
  tensor.strides = contiguous_strides(tensor.shape);
  tensor.bytes = data.subspan(static_cast<std::size_t>(place.begin), static_cast<std::size_t>(*size));
  return tensor;
}

void check_metadata(const json::Value& metadata, std::string_view where) {
  const bool is_text_map = metadata.IsObject() && std::all_of(metadata.MemberBegin(), metadata.MemberEnd(),
                                                              [](const auto& member) { return member.value.IsString(); });
  if (!is_text_map) throw ModelError(fmt::format("{}: \"{}\" must be an object of strings", where, kMetadata));
}

void check_names_differ(const std::vector<StoredTensor>& tensors, std::string_view where) {
  std::vector<std::string_view> names;
  names.reserve(tensors.size());
  for (const auto& tensor : tensors) names.emplace_back(tensor.name);
  std::sort(names.begin(), names.end());
  const auto twice = std::adjacent_find(names.begin(), names.end());
  if (twice != names.end()) throw bad_tensor(where, *twice, "occurs twice in the header");
}

/// Every byte after the header belongs to exactly one tensor.
void check_cover(std::vector<Place> places, const std::vector<StoredTensor>& tensors, std::uint64_t data_size,
                 std::string_view where) {
  std::sort(places.begin(), places.end(),
            [](const Place& a, const Place& b) { return std::pair(a.begin, a.end) < std::pair(b.begin, b.end); });
  std::uint64_t covered = 0;
  const Place* before = nullptr;
  for (const auto& place : places) {
    const auto& name = tensors[place.tensor].name;
    if (place.begin < covered) {
      throw bad_tensor(where, name,
                       fmt::format("begins at {}, inside tensor {:?} which ends at {}", place.begin,
                                   before == nullptr ? std::string() : tensors[before->tensor].name, covered));
    }
    if (place.begin > covered)
      throw bad_tensor(where, name,
                       fmt::format("begins at {}, but bytes {} to {} belong to no tensor", place.begin, covered, place.begin));
    covered = place.end;
    before = &place;
  }
  if (covered != data_size)
    throw ModelError(fmt::format("{}: {} bytes behind the last tensor belong to none", where, data_size - covered));
}

}  // namespace

std::vector<StoredTensor> read_safetensors(std::span<const std::byte> file, const std::filesystem::path& path) {
  const auto where = path.string();
  const auto text = header_text(file, where);
  const auto header = parse_header(text, where);
  const auto data = file.subspan(kLengthBytes + text.size());
  std::vector<StoredTensor> tensors;
  std::vector<Place> places;
  bool has_metadata = false;
  for (const auto& member : header.GetObject()) {
    const auto name = json::text_of(member.name);
    if (name == kMetadata) {
      if (has_metadata) throw ModelError(fmt::format("{}: two values for \"{}\"", where, kMetadata));
      has_metadata = true;
      check_metadata(member.value, where);
      continue;
    }
    places.push_back(read_place(member.value, where, name, tensors.size()));
    tensors.push_back(read_entry(member.value, name, places.back(), data, path));
  }
  check_names_differ(tensors, where);
  check_cover(std::move(places), tensors, data.size(), where);
  return tensors;
}

}  // namespace assay
