#include "model/tensor/strict_products.h"

#include <cstdlib>

namespace assay {

void demand_strict_products() {
#if defined(__x86_64__)
  static const int is_set [[maybe_unused]] = __builtin_cpu_is("intel") != 0 ? ::setenv("MKL_CBWR", "AUTO,STRICT", /*overwrite=*/0) : 0;
#endif
}

}  // namespace assay
