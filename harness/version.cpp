#include "harness/version.h"

namespace assay {

const char* version() { return ASSAY_VERSION; }

}  // namespace assay
