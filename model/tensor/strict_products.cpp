#include "model/tensor/strict_products.h"

#include <cstdlib>

namespace assay {

void demand_strict_products() {
  static const int is_set [[maybe_unused]] = ::setenv("MKL_CBWR", "AUTO,STRICT", /*overwrite=*/0);
}

}  // namespace assay
