#pragma once

namespace assay {

/// What this machine can run, beyond what every machine of its kind can; less where the environment's ASSAY_INSTRUCTIONS says so: "avx512_bf16" leaves AMX unused,
/// "avx512" AVX-512 BF16 too. Replies in bfloat16 differ by rounding from one kind to the next.
/// Throws ConfigError for another value of it.
[[nodiscard]] bool has_avx512_bf16();
/// AMX, which the process asks the system for when this is first called, and AVX-512 BF16.
[[nodiscard]] bool has_amx_bf16();

}  // namespace assay
