#include <fmt/format.h>

#include <cstdint>
#include <cstring>
#include <exception>
#include <filesystem>
#include <string>
#include <vector>

#include "harness/base/error.h"
#include "model/checkpoint/safetensors.h"
#include "model/checkpoint/tensor_file.h"

/// Copies a checkpoint folder whose weights are bfloat16 and keeps only so many bits of each weight's mantissa (bfloat16 itself has 7),
/// rounded to the nearest: a model that is a little worse in a way that is known.
namespace assay {
namespace {

namespace fs = std::filesystem;

constexpr const char* kUsage = "usage: assay_coarsen MODEL OUT BITS    MODEL: a checkpoint folder in bfloat16; BITS: 0 to 6 of the mantissa to keep\n";

/// The bfloat16 number nearest to `value` among those with `bits` bits of mantissa; ties away from zero. Infinities and NaN stay.
std::uint16_t coarse(std::uint16_t value, int bits) {
  constexpr std::uint16_t kExponent = 0x7F80;
  if ((value & kExponent) == kExponent) return value;
  const int dropped = 7 - bits;
  const auto half = static_cast<std::uint16_t>(1U << (dropped - 1));
  const auto rounded = static_cast<std::uint16_t>(value + half);
  return static_cast<std::uint16_t>(rounded & ~((1U << dropped) - 1U));
}

std::vector<std::byte> coarsened(const StoredTensor& tensor, int bits) {
  if (tensor.type != StoredType::kBFloat16) throw ModelError(fmt::format("{}: expected BF16, got {}", tensor.name, name_of(tensor.type)));
  auto bytes = contiguous_bytes(tensor);
  for (std::size_t i = 0; i + 1 < bytes.size(); i += 2) {
    std::uint16_t value;
    std::memcpy(&value, &bytes[i], 2);
    value = coarse(value, bits);
    std::memcpy(&bytes[i], &value, 2);
  }
  return bytes;
}

void coarsen(const fs::path& model, const fs::path& out, int bits) {
  const auto checkpoint = Checkpoint::open(model);
  fs::create_directories(out);
  if (fs::equivalent(model, out)) throw ConfigError(fmt::format("{} would be overwritten; name another folder", out.string()));
  std::vector<std::vector<std::byte>> held;
  std::vector<TensorToWrite> tensors;
  for (const auto& tensor : checkpoint.tensors()) {
    held.push_back(coarsened(tensor, bits));
    tensors.push_back({tensor.name, tensor.type, tensor.shape, held.back()});
  }
  write_safetensors(out / "model.safetensors", tensors, {{"format", "pt"}});
  for (const auto& entry : fs::directory_iterator(model)) {
    if (entry.path().extension() == ".json") fs::copy_file(entry.path(), out / entry.path().filename(), fs::copy_options::overwrite_existing);
  }
}

int run(const std::vector<std::string>& arguments) {
  if (arguments.size() != 3 || arguments[2].size() != 1 || arguments[2] < "0" || arguments[2] > "6") {
    fmt::print(stderr, "{}", kUsage);
    return 2;
  }
  try {
    coarsen(arguments[0], arguments[1], arguments[2][0] - '0');
    return 0;
  } catch (const Error& error) {
    fmt::print(stderr, "assay_coarsen: {}\n", error.what());
    return error.exit_code();
  } catch (const std::exception& error) {
    fmt::print(stderr, "assay_coarsen: {}\n", error.what());
    return 1;
  }
}

}  // namespace
}  // namespace assay

int main(int argc, char** argv) { return assay::run({argv + 1, argv + argc}); }
