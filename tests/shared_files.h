#pragma once
#include <cstdlib>
#include <filesystem>
#include <string>

/// The folder of real files that may lie beside the project (ASSAY_SHARED, else ../shared); tests that need it skip by name.
namespace assay::testing {

inline std::filesystem::path shared_root() {
  if (const char* set = std::getenv("ASSAY_SHARED")) return set;
  return std::filesystem::path(ASSAY_SOURCE_DIR).parent_path() / "shared";
}

}  // namespace assay::testing

#define ASSAY_NEEDS_SHARED(path)                                                                     \
  if (!std::filesystem::exists(assay::testing::shared_root() / (path)))                              \
  GTEST_SKIP() << "no " << (assay::testing::shared_root() / (path)).string() << " beside the project"
