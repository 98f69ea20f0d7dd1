#include "model/tensor/strict_products.h"

#include <cstdlib>

namespace assay {
namespace {

#if defined(__x86_64__)
bool is_intel() { return __builtin_cpu_is("intel") != 0; }
#else
bool is_intel() { return false; }
#endif

}  // namespace

void demand_strict_products() {
  static const bool is_set [[maybe_unused]] = is_intel() && ::setenv("MKL_CBWR", "AUTO,STRICT", /*overwrite=*/0) == 0;
}

}  // namespace assay
