#include "model/tensor/instructions.h"

namespace assay {

#if defined(__x86_64__)
bool has_avx512_bf16() {
  static const bool has = __builtin_cpu_supports("avx512f") != 0 && __builtin_cpu_supports("avx512bw") != 0 && __builtin_cpu_supports("avx512vl") != 0 &&
                          __builtin_cpu_supports("avx512bf16") != 0;
  return has;
}

bool has_amx_bf16() {
  static const bool has = __builtin_cpu_supports("amx-bf16") != 0;
  return has;
}
#else
bool has_avx512_bf16() { return false; }
bool has_amx_bf16() { return false; }
#endif

}  // namespace assay
