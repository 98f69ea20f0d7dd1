#pragma once
#include <gtest/gtest.h>

#include <string>

#include "model/image/resize.h"

namespace assay::testing {

/// For tests that hold on each: the plain code and the vectorised ones.
inline auto every_code_path() { return ::testing::Values(Instructions::kPlain, Instructions::kAvx2, Instructions::kAvx512); }

inline std::string name_of_code_path(const ::testing::TestParamInfo<Instructions>& path) {
  return path.param == Instructions::kPlain ? "Plain" : path.param == Instructions::kAvx2 ? "Avx2" : "Avx512";
}

}  // namespace assay::testing
