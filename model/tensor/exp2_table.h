#pragma once
#include <cstdint>

namespace assay {

/// 2ˣ in bfloat16 from a place, which is 512 (x + 127) + kExp2Round rounded to a whole number: the place, less what 2ᶠ is below 1 + f in 512ths (f of the place: what is
/// behind the point of x), without its last two bits. Entry i has places 8 i to 8 i + 7 of an octave, in the mean. To 0.0063 of it, where the nearest bfloat16 is to 0.0039; its
/// errors' deviation is 0.0018 where that one's is 0.0017.
inline constexpr std::int32_t kExp2Round = 2;
alignas(64) inline constexpr std::uint8_t kExp2Below[64] = {0,  3,  5,  8,  10, 12, 14, 16, 18, 20, 22, 24, 25, 27, 28, 30, 31, 33, 34, 35, 36, 37,
                                                            38, 39, 40, 41, 42, 42, 43, 43, 43, 44, 44, 44, 44, 44, 44, 44, 43, 43, 42, 42, 41, 40,
                                                            39, 38, 37, 36, 35, 33, 32, 30, 28, 27, 25, 23, 21, 18, 16, 14, 11, 8,  5,  2};

}  // namespace assay
