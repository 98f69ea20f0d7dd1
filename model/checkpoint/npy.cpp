#include "model/checkpoint/npy.h"

#include <fmt/format.h>

#include <charconv>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

#include "harness/base/error.h"
#include "harness/base/file.h"

namespace assay {
namespace {

constexpr std::string_view kMagic = "\x93NUMPY";
constexpr std::size_t kAlignment = 64;

template <typename T>
constexpr std::string_view kDescription = "";
template <>
constexpr std::string_view kDescription<float> = "<f4";
template <>
constexpr std::string_view kDescription<std::int64_t> = "<i8";

/// A Python tuple: "()", "(3,)", "(2, 3)".
std::string tuple_text(std::span<const std::int64_t> shape) {
  std::string text = "(";
  for (std::size_t i = 0; i < shape.size(); ++i) text += fmt::format("{}{}", i == 0 ? "" : " ", fmt::format("{},", shape[i]));
  if (shape.size() > 1) text.pop_back();
  return text + ")";
}

template <typename T>
void write(const std::filesystem::path& path, std::span<const std::int64_t> shape, std::span<const T> values) {
  std::int64_t count = 1;
  for (const auto size : shape) count *= size;
  if (static_cast<std::size_t>(count) != values.size())
    throw InternalError(fmt::format("write_npy: {} values for shape {}", values.size(), tuple_text(shape)));
  auto header = fmt::format("{{'descr': '{}', 'fortran_order': False, 'shape': {}, }}", kDescription<T>, tuple_text(shape));
  const auto before = kMagic.size() + 4;  // version, length of the header
  header.resize((before + header.size() + kAlignment) / kAlignment * kAlignment - before, ' ');
  header.back() = '\n';
  if (header.size() > 0xFFFF) throw InternalError("write_npy: too many dimensions");
  std::string file(kMagic);
  file += {'\x01', '\x00', static_cast<char>(header.size() & 0xFF), static_cast<char>(header.size() >> 8)};
  file += header;
  file.append(reinterpret_cast<const char*>(values.data()), values.size_bytes());
  write_file_atomically(path, file);
}

/// What follows `'key':` in the header's dict.
std::optional<std::string_view> value_of(std::string_view header, std::string_view key) {
  const auto at = header.find(fmt::format("'{}':", key));
  if (at == std::string_view::npos) return {};
  auto rest = header.substr(at + key.size() + 3);
  rest.remove_prefix(std::min(rest.find_first_not_of(' '), rest.size()));
  return rest;
}

std::optional<std::vector<std::int64_t>> parse_tuple(std::string_view text) {
  if (!text.starts_with('(') || text.find(')') == std::string_view::npos) return {};
  text = text.substr(1, text.find(')') - 1);
  std::vector<std::int64_t> shape;
  while (text.find_first_not_of(" ,") != std::string_view::npos) {
    text.remove_prefix(text.find_first_not_of(" ,"));
    std::int64_t size = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), size);
    if (error != std::errc() || size < 0) return {};
    shape.push_back(size);
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  }
  return shape;
}

/// The length field has 2 bytes in version 1 and 4 in later ones.
std::string_view header_of(std::string_view file, std::string_view where, std::size_t& data_begin) {
  if (!file.starts_with(kMagic) || file.size() < kMagic.size() + 6) throw DataError(fmt::format("{}: not an .npy file", where));
  const auto byte_at = [&](std::size_t i) { return static_cast<std::size_t>(static_cast<unsigned char>(file[i])); };
  const auto version = byte_at(kMagic.size()), at = kMagic.size() + 2;
  const auto length_bytes = version == 1 ? std::size_t{2} : std::size_t{4};
  std::size_t length = 0;
  for (std::size_t i = 0; i < length_bytes; ++i) length |= byte_at(at + i) << (8 * i);
  data_begin = at + length_bytes + length;
  if (data_begin > file.size()) throw DataError(fmt::format("{}: the header claims {} bytes, the file ends before", where, length));
  return file.substr(at + length_bytes, length);
}

}  // namespace

void write_npy(const std::filesystem::path& path, std::span<const std::int64_t> shape, std::span<const float> values) {
  write(path, shape, values);
}
void write_npy(const std::filesystem::path& path, std::span<const std::int64_t> shape, std::span<const std::int64_t> values) {
  write(path, shape, values);
}

template <typename T>
NpyArray<T> read_npy(const std::filesystem::path& path) {
  const auto where = path.string();
  const auto file = read_file(path);
  std::size_t data_begin = 0;
  const auto header = header_of(file, where, data_begin);
  const auto type = value_of(header, "descr"), order = value_of(header, "fortran_order"), shape_value = value_of(header, "shape");
  if (!type || !order || !shape_value)
    throw DataError(fmt::format("{}: expected 'descr', 'fortran_order' and 'shape' in the header", where));
  if (!type->starts_with(fmt::format("'{}'", kDescription<T>))) {
    throw DataError(fmt::format("{}: expected dtype '{}', got {}", where, kDescription<T>, type->substr(0, type->find(','))));
  }
  if (!order->starts_with("False")) throw DataError(fmt::format("{}: expected C order, got Fortran order", where));
  const auto shape = parse_tuple(*shape_value);
  if (!shape) throw DataError(fmt::format("{}: 'shape' must be a tuple of sizes", where));
  std::int64_t bytes = sizeof(T);
  for (const auto size : *shape) {
    if (__builtin_mul_overflow(bytes, size, &bytes))
      throw DataError(fmt::format("{}: shape {} is larger than any file", where, tuple_text(*shape)));
  }
  if (static_cast<std::size_t>(bytes) != file.size() - data_begin) {
    throw DataError(
        fmt::format("{}: shape {} takes {} bytes, the file has {}", where, tuple_text(*shape), bytes, file.size() - data_begin));
  }
  NpyArray<T> array{*shape, std::vector<T>(static_cast<std::size_t>(bytes) / sizeof(T))};
  if (bytes > 0) std::memcpy(array.values.data(), file.data() + data_begin, static_cast<std::size_t>(bytes));
  return array;
}

template NpyArray<float> read_npy<float>(const std::filesystem::path&);
template NpyArray<std::int64_t> read_npy<std::int64_t>(const std::filesystem::path&);

}  // namespace assay
