#include "model/tensor/instructions.h"

#include <fmt/format.h>

#include <cstdlib>
#include <string_view>

#include "harness/base/error.h"

#if defined(__linux__) && defined(__x86_64__)
#include <sys/syscall.h>
#include <unistd.h>
#endif

namespace assay {
namespace {

/// How much of what the machine has is used.
enum class Wanted { kAvx512, kAvx512Bf16, kAmx };

Wanted wanted() {
  const char* named = std::getenv("ASSAY_INSTRUCTIONS");
  const std::string_view name = named == nullptr || *named == '\0' ? "amx" : named;
  if (name == "amx") return Wanted::kAmx;
  if (name == "avx512_bf16") return Wanted::kAvx512Bf16;
  if (name == "avx512") return Wanted::kAvx512;
  throw ConfigError(fmt::format("ASSAY_INSTRUCTIONS must be amx (all that the machine has), avx512_bf16 or avx512, got \"{}\"", name));
}

/// The kernel saves tiles for processes that asked for them alone.  Source: Linux, Documentation/arch/x86/xstate.rst
bool may_use_tiles() {
#if defined(__linux__) && defined(__x86_64__)
  constexpr long kRequestPermission = 0x1023, kTileData = 18;  // ARCH_REQ_XCOMP_PERM, XFEATURE_XTILEDATA
  return ::syscall(SYS_arch_prctl, kRequestPermission, kTileData) == 0;
#else
  return false;
#endif
}

}  // namespace

#if defined(__x86_64__)
bool has_avx512_bf16() {
  static const bool has = wanted() >= Wanted::kAvx512Bf16 && __builtin_cpu_supports("avx512f") != 0 && __builtin_cpu_supports("avx512bw") != 0 && __builtin_cpu_supports("avx512vl") != 0 &&
                          __builtin_cpu_supports("avx512bf16") != 0;
  return has;
}

bool has_amx_bf16() {
  static const bool has = wanted() == Wanted::kAmx && has_avx512_bf16() && __builtin_cpu_supports("avx512vbmi") != 0 && __builtin_cpu_supports("amx-tile") != 0 && __builtin_cpu_supports("amx-bf16") != 0 && may_use_tiles();
  return has;
}
#else
bool has_avx512_bf16() { return false; }
bool has_amx_bf16() { return false; }
#endif

}  // namespace assay
