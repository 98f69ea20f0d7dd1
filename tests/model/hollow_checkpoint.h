#pragma once
#include <fmt/format.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

/// A checkpoint's tensors by name and shape, without weights: a file with their header and a hole behind it.
namespace assay::testing {

using Tensors = std::vector<std::pair<std::string, std::vector<std::int64_t>>>;

/// CLIP ViT-L/14 for pictures of `side` pixels, its names behind `at`.
inline void add_clip_vit(const std::string& at, std::int64_t side, Tensors& out) {
  const std::int64_t D = 1024, F = 4096, grid = side / 14;
  const auto norm = [&](const std::string& name) { out.push_back({name + ".weight", {D}}), out.push_back({name + ".bias", {D}}); };
  const auto linear = [&](const std::string& name, std::int64_t rows, std::int64_t columns) {
    out.push_back({name + ".weight", {rows, columns}}), out.push_back({name + ".bias", {rows}});
  };
  out.push_back({at + "embeddings.class_embedding", {D}});
  out.push_back({at + "embeddings.patch_embedding.weight", {D, 3, 14, 14}});
  out.push_back({at + "embeddings.position_embedding.weight", {grid * grid + 1, D}});
  norm(at + "pre_layrnorm"), norm(at + "post_layernorm");
  for (int i = 0; i < 24; ++i) {
    const auto layer = fmt::format("{}encoder.layers.{}.", at, i);
    norm(layer + "layer_norm1"), norm(layer + "layer_norm2");
    for (const char* one : {"q", "k", "v", "out"}) linear(fmt::format("{}self_attn.{}_proj", layer, one), D, D);
    linear(layer + "mlp.fc1", F, D), linear(layer + "mlp.fc2", D, F);
  }
}

/// In float16. False where the file system has no room for holes of this size.
[[nodiscard]] inline bool write_hollow(const std::filesystem::path& file, const Tensors& tensors) {
  std::string header = "{";
  std::int64_t end = 0;
  for (const auto& [name, shape] : tensors) {
    std::int64_t bytes = 2;
    std::string sizes;
    for (const auto size : shape) bytes *= size, sizes += fmt::format("{}{}", sizes.empty() ? "" : ",", size);
    header += fmt::format("{}\"{}\":{{\"dtype\":\"F16\",\"shape\":[{}],\"data_offsets\":[{},{}]}}", end == 0 ? "" : ",", name, sizes, end, end + bytes);
    end += bytes;
  }
  header += "}";
  header.resize((header.size() + 7) / 8 * 8, ' ');
  const auto size = static_cast<std::uint64_t>(header.size());
  std::ofstream(file, std::ios::binary).write(reinterpret_cast<const char*>(&size), sizeof size) << header;
  std::error_code failure;
  std::filesystem::resize_file(file, sizeof size + size + static_cast<std::uint64_t>(end), failure);
  return !failure;
}

}  // namespace assay::testing
