#pragma once
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "benchmarks/benchmark.h"

/// Replies to every benchmark of the catalogue, made for tests.
namespace assay::testing {

enum class Answers {
  kRight,
  kMixed,  ///< right, half right, wrong, empty, cut off, failed; some without a label, some without the judge's word
};

/// Two questions on each picture; pictures lie in `folder` and are not there. `profile` is a scoring profile: some read another form of answer.
[[nodiscard]] std::vector<Reply> made_replies(const std::string& benchmark, std::string_view profile, Answers answers,
                                              const std::filesystem::path& folder = "/data");

}  // namespace assay::testing
