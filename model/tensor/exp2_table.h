#pragma once

namespace assay {

/// 2^(i / 32).
alignas(64) inline constexpr float kExp2Table[32] = {
    1.0F, 1.0218972F, 1.04427373F, 1.06714046F, 1.09050775F, 1.1143868F, 1.13878858F, 1.1637249F,
    1.18920708F, 1.21524739F, 1.24185777F, 1.26905096F, 1.29683959F, 1.32523668F, 1.35425556F, 1.38390994F,
    1.41421354F, 1.44518077F, 1.47682619F, 1.50916445F, 1.54221082F, 1.5759809F, 1.61049032F, 1.64575553F,
    1.68179286F, 1.71861935F, 1.75625217F, 1.79470909F, 1.8340081F, 1.87416768F, 1.91520655F, 1.95714414F};
/// What is between, to 3e-5 of it: 2ʳ ≈ kExp2Between0 + kExp2Between1 · r for |r| ≤ 1/64. (Least largest error.)
inline constexpr float kExp2Between0 = 1.0000293F, kExp2Between1 = 0.6931404F;

}  // namespace assay
