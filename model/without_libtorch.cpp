#include "harness/base/error.h"
#include "model/checkpoint_report.h"
#include "model/request_cost.h"
#include "model/vlm.h"

namespace assay {
namespace {

ConfigError no_engine(const std::string& path) {
  return ConfigError(fmt::format(
      "\"{}\": this build has no engine, it can only score, compare and report; configure with -DASSAY_WITH_LIBTORCH=ON", path));
}

}  // namespace

std::vector<FamilyName> model_families() { return {}; }

std::unique_ptr<Vlm> open_vlm(const std::string& path, const VlmOptions&) { throw no_engine(path); }

RequestCost measure_cost(const std::string& path, const VlmOptions&, std::span<const Request>) { throw no_engine(path); }

CheckpointReport inspect_checkpoint(const std::string& path) { throw no_engine(path); }

}  // namespace assay
