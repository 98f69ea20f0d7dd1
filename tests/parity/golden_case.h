#pragma once
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "model/checkpoint/tensor_file.h"
#include "model/vlm.h"

/// What the reference implementation did with one prompt; tests/parity/README.md says how it was recorded.
namespace assay::testing {

struct GoldenCase {
  std::string variant, name;
  std::vector<std::string> pictures;
  std::string question;                                      ///< with the reference's "<image>" marks
  std::vector<std::pair<std::string, std::string>> history;  ///< earlier questions and answers
  int max_tiles = 0;
  std::optional<std::string> system;
  std::string prompt;  ///< every picture token spelled out
  std::vector<std::int64_t> token_ids, greedy_ids;  ///< the greedy ids go on after an end token
  std::int64_t end_id = -1;
  std::string reply;
};

void PrintTo(const GoldenCase& golden, std::ostream* out);

[[nodiscard]] std::filesystem::path parity_root();
[[nodiscard]] std::vector<GoldenCase> read_golden_cases();
/// The request that asks the same through our door.
[[nodiscard]] Request request_for(const GoldenCase& golden);
[[nodiscard]] ImageInput image_input(const std::filesystem::path& file);

}  // namespace assay::testing
