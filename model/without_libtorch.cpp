#include "harness/base/error.h"
#include "model/vlm.h"

namespace assay {

std::unique_ptr<Vlm> open_vlm(const std::string& path, const VlmOptions&) {
  throw ConfigError(fmt::format(
      "\"{}\": this build has no engine, it can only score, compare and report; configure with -DASSAY_WITH_LIBTORCH=ON", path));
}

}  // namespace assay
