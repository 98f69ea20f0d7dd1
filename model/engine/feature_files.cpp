#include "model/engine/feature_files.h"

#include <ATen/ATen.h>
#include <ATen/Version.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <span>
#include <string_view>
#include <system_error>

#include "harness/base/digest.h"
#include "harness/base/error.h"
#include "harness/base/file.h"
#include "model/checkpoint/mapped_file.h"
#include "model/checkpoint/safetensors.h"
#include "model/tensor/instructions.h"

namespace assay {
namespace {

constexpr const char* kVersion = "assay.features/2";  // counts changes of what an encoder's bits come from, kernels among them

struct TypePair {
  at::ScalarType type;
  StoredType stored;
};
constexpr TypePair kTypes[] = {{at::kFloat, StoredType::kFloat32}, {at::kBFloat16, StoredType::kBFloat16}, {at::kHalf, StoredType::kFloat16}};

const TypePair* find_type(auto member, auto value) {
  const auto found = std::ranges::find(kTypes, value, member);
  return found == std::end(kTypes) ? nullptr : found;
}

std::string_view text_of(std::span<const std::byte> bytes) { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }
std::span<const std::byte> bytes_of(const at::Tensor& tensor) { return {static_cast<const std::byte*>(tensor.data_ptr()), tensor.nbytes()}; }

/// Of the features and of what they are of, so that neither can be another's.
std::string seal_of(const std::string& key, std::string_view content) { return Digest().add(key).add(content).hex(); }

}  // namespace

FeatureFiles::FeatureFiles(std::filesystem::path folder, const Family& family) : folder_(std::move(folder)) {
  std::error_code error;
  std::filesystem::create_directories(folder_, error);
  if (error) throw ConfigError(fmt::format("--feature-cache {}: cannot make the folder: {}", folder_.string(), error.message()));
  const auto& card = family.card();
  encoder_ = fmt::format("{}|{}|{}|{}|{}|{}|{}|{}", kVersion, family.encoder_digest(), card.settings_digest, card.pipeline_digest, card.dtype, card.engine,
                         at::get_cpu_capability(), has_amx_bf16() ? "amx" : has_avx512_bf16() ? "avx512_bf16" : "");
}

std::filesystem::path FeatureFiles::path_of(const std::string& picture) const { return folder_ / (digest_of(encoder_ + picture) + ".safetensors"); }

std::optional<at::Tensor> FeatureFiles::find(const std::string& picture) const {
  const auto path = path_of(picture);
  if (!std::filesystem::exists(path)) return std::nullopt;
  try {
    const MappedFile file(path);
    const StoredTensor *features = nullptr, *seal = nullptr;
    const auto tensors = read_safetensors(file.bytes(), path);
    for (const auto& tensor : tensors) (tensor.name == "features" ? features : seal) = &tensor;
    const auto* type = features == nullptr ? nullptr : find_type(&TypePair::stored, features->type);
    if (type == nullptr || seal == nullptr || text_of(seal->bytes) != seal_of(encoder_ + picture, text_of(features->bytes))) return std::nullopt;
    auto held = at::empty(features->shape, type->type);
    std::memcpy(held.data_ptr(), features->bytes.data(), features->bytes.size());
    return held;
  } catch (const Error&) {
    return std::nullopt;
  }
}

void FeatureFiles::store(const std::string& picture, const at::Tensor& features) const {
  const auto content = features.contiguous();
  const auto* type = find_type(&TypePair::type, content.scalar_type());
  if (type == nullptr) return;
  const auto seal = seal_of(encoder_ + picture, text_of(bytes_of(content)));
  const TensorToWrite tensors[] = {{"features", type->stored, content.sizes().vec(), bytes_of(content)},
                                   {"seal", StoredType::kUInt8, {static_cast<std::int64_t>(seal.size())}, std::as_bytes(std::span(seal))}};
  write_safetensors(path_of(picture), tensors, {{"assay", kVersion}});
}

}  // namespace assay
