#pragma once

namespace assay {

/// What this machine can run, beyond what every machine of its kind can.
[[nodiscard]] bool has_avx512_bf16();
/// AMX, which the process asks the system for when this is first called, and AVX-512 BF16.
[[nodiscard]] bool has_amx_bf16();

}  // namespace assay
