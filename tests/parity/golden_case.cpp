#include "golden_case.h"

#include <fmt/format.h>

#include <algorithm>
#include <ostream>
#include <utility>

#include "harness/base/file.h"
#include "harness/base/json.h"

namespace assay::testing {
namespace {

std::vector<std::int64_t> integers(const json::Value& array) {
  std::vector<std::int64_t> values;
  for (const auto& value : array.GetArray()) values.push_back(value.GetInt64());
  return values;
}

GoldenCase read_case(const std::string& variant, const json::Value& value) {
  const auto where = variant + "/cases.json";
  GoldenCase golden;
  golden.variant = variant;
  golden.name = json::require_string(value, "name", where);
  for (const auto& picture : json::require_array(value, "pictures", where).GetArray()) golden.pictures.emplace_back(picture.GetString());
  golden.question = json::require_string(value, "question", where);
  for (const auto& turn : json::require_array(value, "history", where).GetArray()) golden.history.emplace_back(turn[0].GetString(), turn[1].GetString());
  golden.max_tiles = static_cast<int>(json::require_int(value, "max_tiles", where));
  if (const auto* system = json::find(value, "system"); system != nullptr && system->IsString()) golden.system = json::text_of(*system);
  golden.prompt = json::require_string(value, "prompt", where);
  golden.token_ids = integers(json::require_array(value, "token_ids", where));
  golden.greedy_ids = integers(json::require_array(value, "greedy_ids", where));
  golden.pixels_digest = json::string_or(value, "pixels_xxh3", "");
  golden.reply = json::require_string(value, "reply", where);
  return golden;
}

/// One request in, what became of it out.
class OneRequest : public RequestSource, public GenerationSink {
 public:
  explicit OneRequest(Request request) : request_(std::move(request)) {}
  std::optional<Request> next() override { return std::exchange(request_, std::nullopt); }
  std::optional<Request> finish(const std::string&, Result<Generation> generation) override {
    result = std::move(generation);
    return std::nullopt;
  }
  Result<Generation> result = SampleFailure{"", "", "never finished"};

 private:
  std::optional<Request> request_;
};

}  // namespace

void PrintTo(const GoldenCase& golden, std::ostream* out) { *out << golden.variant << "/" << golden.name; }

std::filesystem::path parity_root() { return std::filesystem::path(ASSAY_SOURCE_DIR) / "tests/parity/data"; }

ImageInput image_input(const std::filesystem::path& file) {
  return {file.filename().string(), file.string(), [file]() -> Result<std::string> { return read_file(file); }};
}

Turn user_turn(std::string text, std::size_t& next_image, std::size_t attached) {
  constexpr std::string_view kMark = "<image>";
  Turn turn{Role::kUser, {}};
  if (text.starts_with("<image>\n")) text.erase(0, 8), attached = 1;
  for (std::size_t i = 0; i < attached; ++i) turn.parts.push_back({"", next_image++});
  for (std::size_t at = 0; at <= text.size();) {
    const auto mark = std::min(text.find(kMark, at), text.size());
    if (mark > at) turn.parts.push_back({text.substr(at, mark - at), Part::kNoImage});
    if (mark < text.size()) turn.parts.push_back({"", next_image++});
    at = mark + kMark.size();
  }
  return turn;
}

std::string with_counts(const std::string& prompt) {
  constexpr std::string_view kToken = "<IMG_CONTEXT>";
  std::string text;
  for (std::size_t at = 0; at < prompt.size();) {
    std::size_t count = 0;
    while (prompt.compare(at, kToken.size(), kToken) == 0) ++count, at += kToken.size();
    if (count > 0) text += fmt::format("{}*{}", kToken, count);
    else text += prompt[at++];
  }
  return text;
}

std::vector<GoldenCase> read_golden_cases() {
  std::vector<std::filesystem::path> folders;
  for (const auto& entry : std::filesystem::directory_iterator(parity_root())) {
    if (std::filesystem::exists(entry.path() / "cases.json")) folders.push_back(entry.path());
  }
  std::sort(folders.begin(), folders.end());
  std::vector<GoldenCase> cases;
  for (const auto& folder : folders) {
    const auto document = json::parse_file(folder / "cases.json");
    for (const auto& value : json::require_array(document, "cases", folder.string()).GetArray()) {
      cases.push_back(read_case(folder.filename().string(), value));
      cases.back().end_id = json::require_int(document, "eos_token_id", folder.string());
    }
  }
  return cases;
}

Request request_for(const GoldenCase& golden) {
  Request request;
  request.id = golden.name;
  request.max_tiles = golden.max_tiles;
  request.decoding.max_new_tokens = static_cast<int>(golden.greedy_ids.size());
  for (const auto& picture : golden.pictures) request.prompt.images.push_back(image_input(parity_root() / "pictures" / picture));
  std::size_t next_image = 0;
  for (const auto& [question, answer] : golden.history) {
    request.prompt.turns.push_back(user_turn(question, next_image, 0));
    request.prompt.turns.push_back({Role::kAssistant, {{answer, Part::kNoImage}}});
  }
  const bool places_its_own = golden.question.find("<image>") != std::string::npos || !golden.history.empty();
  request.prompt.turns.push_back(user_turn(golden.question, next_image, places_its_own ? 0 : golden.pictures.size()));
  return request;
}

Prompt dialogue_about(const std::vector<std::string>& pictures, const std::vector<std::pair<std::string, std::string>>& history,
                      const std::string& question) {
  Prompt prompt;
  for (const auto& picture : pictures) prompt.images.push_back(image_input(parity_root() / "pictures" / (picture + ".png")));
  std::size_t next_image = 0, attached = pictures.size();
  for (const auto& [asked, answer] : history) {
    prompt.turns.push_back(user_turn(asked, next_image, std::exchange(attached, 0)));
    prompt.turns.push_back({Role::kAssistant, {{answer, Part::kNoImage}}});
  }
  prompt.turns.push_back(user_turn(question, next_image, attached));
  return prompt;
}

Result<Generation> generate(Vlm& model, Request request) {
  OneRequest one(std::move(request));
  model.run(one, one);
  return std::move(one.result);
}

}  // namespace assay::testing
