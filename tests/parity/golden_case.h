#pragma once
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
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
  std::string pixels_digest;  ///< XXH3 of all tiles' float32 bytes; empty without pictures
};

void PrintTo(const GoldenCase& golden, std::ostream* out);

[[nodiscard]] std::filesystem::path parity_root();
[[nodiscard]] std::vector<GoldenCase> read_golden_cases();
/// "a<IMG_CONTEXT><IMG_CONTEXT>b" as PromptView writes it: "a<IMG_CONTEXT>*2b".
[[nodiscard]] std::string with_counts(const std::string& prompt);
/// A user's turn: "<image>" marks become picture parts; `attached` pictures stand in front without a mark.
[[nodiscard]] Turn user_turn(std::string text, std::size_t& next_image, std::size_t attached);
/// The request that asks the same through our door.
[[nodiscard]] Request request_for(const GoldenCase& golden);
[[nodiscard]] ImageInput image_input(const std::filesystem::path& file);

/// A dialogue about pictures of tests/parity, by name, which stand before its first question.
[[nodiscard]] Prompt dialogue_about(const std::vector<std::string>& pictures, const std::vector<std::pair<std::string, std::string>>& history,
                                    const std::string& question);

/// What the model makes of one request.
[[nodiscard]] Result<Generation> generate(Vlm& model, Request request);

}  // namespace assay::testing
