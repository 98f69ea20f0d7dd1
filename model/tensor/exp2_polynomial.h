#pragma once

namespace assay {

/// 2ˣ for |x| ≤ 1/2, by Horner's rule from the first to the last.  Source: Cephes exp2f
inline constexpr float kExp2First = 1.535336188319500E-4F;
inline constexpr float kExp2Rest[] = {1.339887440266574E-3F, 9.618437357674640E-3F, 5.550332471162809E-2F, 2.402264791363012E-1F, 6.931472028550421E-1F, 1.0F};
/// The same to 2.6e-6 of 2ˣ, for what is going to be rounded to bfloat16. (Least largest error, by Lawson's iteration.)
inline constexpr float kShortExp2First = 9.57010221E-3F;
inline constexpr float kShortExp2Rest[] = {5.59178591E-2F, 2.40247443E-1F, 6.93121791E-1F, 9.99999285E-1F};
inline constexpr float kLog2E = 1.44269504F;

}  // namespace assay
