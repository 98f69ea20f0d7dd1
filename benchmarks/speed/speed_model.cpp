#include "benchmarks/speed/speed_model.h"

#include <fmt/format.h>

#include <cstdlib>
#include <filesystem>
#include <map>
#include <string_view>

#include "benchmarks/speed/peaks.h"
#include "harness/base/error.h"
#include "harness/base/json.h"
#include "model/internvl/internvl.h"
#include "model/llava/llava.h"

namespace assay {
namespace {

SpeedModel open(const std::string& folder, DType dtype) {
  VlmOptions options;
  options.dtype = dtype;
  if (has_int8_weights()) options.weights = WeightForm::kInt8;
  const auto path = std::filesystem::path(folder) / "config.json";
  const auto config = json::parse_file(path);
  if (is_internvl(config)) return {encoder_sizes(read_internvl_config(folder)), open_internvl(folder, options), scalar_type(dtype)};
  if (is_llava(config)) return {encoder_sizes(read_llava_config(folder)), open_llava(folder, options), scalar_type(dtype)};
  throw ConfigError(fmt::format("{}: model_type \"{}\" has no stages to time one by one; InternVL's and LLaVA's families have, and `assay speed pipeline` takes any",
                                path.string(), json::string_or(config, "model_type", "?")));
}

}  // namespace

std::string model_folder() {
  const char* folder = std::getenv("ASSAY_SPEED_MODEL");
  if (folder == nullptr) throw ConfigError("no model: give `assay speed` --model DIR, or set ASSAY_SPEED_MODEL to a checkpoint folder");
  return folder;
}

bool has_int8_weights() {
  const char* form = std::getenv("ASSAY_SPEED_WEIGHTS");
  return form != nullptr && std::string_view(form) == "int8";
}

at::ScalarType scalar_type(DType dtype) { return dtype == DType::kFloat32 ? at::kFloat : at::kBFloat16; }

const SpeedModel& opened(DType dtype) {
  static std::map<DType, SpeedModel> all;
  const auto found = all.find(dtype);
  if (found != all.end()) return found->second;
  (void)peaks_of(scalar_type(dtype));
  return all.emplace(dtype, open(model_folder(), dtype)).first->second;
}

}  // namespace assay
