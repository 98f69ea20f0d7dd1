#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <algorithm>
#include <cstring>

#include "harness/base/error.h"
#include "harness/base/file.h"
#include "model/checkpoint/safetensors.h"

namespace assay {
namespace {

constexpr std::size_t kHeaderAlignment = 8;

using Writer = rapidjson::Writer<rapidjson::StringBuffer>;

/// Wide types first keeps every tensor aligned without a gap between two.
std::vector<const TensorToWrite*> in_file_order(std::span<const TensorToWrite> tensors) {
  std::vector<const TensorToWrite*> order;
  for (const auto& tensor : tensors) order.push_back(&tensor);
  // The source orders by its enumeration of types, which grows with the width; ours stands for the same within these types.
  static constexpr std::string_view kNarrowToWide[] = {"BOOL", "U8",  "I8",  "F8_E5M2", "F8_E4M3", "I16", "U16", "F16",
                                                       "BF16", "I32", "U32", "F32",     "C64",     "F64", "I64", "U64"};
  const auto rank = [](StoredType type) { return std::find(std::begin(kNarrowToWide), std::end(kNarrowToWide), name_of(type)); };
  std::sort(order.begin(), order.end(),
            [&](const auto* a, const auto* b) { return a->type != b->type ? rank(a->type) > rank(b->type) : a->name < b->name; });
  return order;
}

void check_tensor(const TensorToWrite& tensor) {
  const auto size = checked_bytes(tensor.shape, tensor.type);
  if (!size || *size != tensor.bytes.size()) {
    throw ModelError(fmt::format("{}: {} {} does not take the {} bytes given", tensor.name, name_of(tensor.type),
                                 shape_text(tensor.shape), tensor.bytes.size()));
  }
}

void write_key(Writer& writer, std::string_view key) { writer.Key(key.data(), static_cast<rapidjson::SizeType>(key.size())); }
void write_text(Writer& writer, std::string_view text) {
  writer.String(text.data(), static_cast<rapidjson::SizeType>(text.size()));
}

void write_entry(Writer& writer, const TensorToWrite& tensor, std::uint64_t begin) {
  write_key(writer, tensor.name);
  writer.StartObject();
  writer.Key("dtype");
  write_text(writer, name_of(tensor.type));
  writer.Key("shape");
  writer.StartArray();
  for (const auto size : tensor.shape) writer.Int64(size);
  writer.EndArray();
  writer.Key("data_offsets");
  writer.StartArray();
  writer.Uint64(begin);
  writer.Uint64(begin + tensor.bytes.size());
  writer.EndArray();
  writer.EndObject();
}

std::string header_json(const std::vector<const TensorToWrite*>& order, const std::map<std::string, std::string>& metadata) {
  rapidjson::StringBuffer buffer;
  Writer writer(buffer);
  writer.StartObject();
  if (!metadata.empty()) {
    writer.Key("__metadata__");
    writer.StartObject();
    for (const auto& [key, value] : metadata) {
      write_key(writer, key);
      write_text(writer, value);
    }
    writer.EndObject();
  }
  std::uint64_t begin = 0;
  for (const auto* tensor : order) {
    write_entry(writer, *tensor, begin);
    begin += tensor->bytes.size();
  }
  writer.EndObject();
  std::string text(buffer.GetString(), buffer.GetSize());
  text.resize((text.size() + kHeaderAlignment - 1) / kHeaderAlignment * kHeaderAlignment, ' ');
  return text;
}

}  // namespace

std::string safetensors_bytes(std::span<const TensorToWrite> tensors, const std::map<std::string, std::string>& metadata) {
  const auto order = in_file_order(tensors);
  std::vector<std::string_view> names;
  for (const auto* tensor : order) {
    check_tensor(*tensor);
    names.emplace_back(tensor->name);
  }
  std::sort(names.begin(), names.end());
  if (const auto twice = std::adjacent_find(names.begin(), names.end()); twice != names.end()) {
    throw ModelError(fmt::format("{}: two tensors of this name", *twice));
  }
  const auto header = header_json(order, metadata);
  const std::uint64_t length = header.size();
  std::string file(sizeof length, '\0');
  std::memcpy(file.data(), &length, sizeof length);
  file += header;
  for (const auto* tensor : order) file.append(reinterpret_cast<const char*>(tensor->bytes.data()), tensor->bytes.size());
  return file;
}

void write_safetensors(const std::filesystem::path& path, std::span<const TensorToWrite> tensors,
                       const std::map<std::string, std::string>& metadata) {
  write_file_atomically(path, safetensors_bytes(tensors, metadata));
}

}  // namespace assay
