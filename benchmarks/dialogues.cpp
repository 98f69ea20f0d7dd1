#include "benchmarks/dialogues.h"

#include <algorithm>
#include <utility>

#include "harness/base/json.h"
#include "harness/base/utf8.h"

namespace assay {
namespace {

std::string line_of(const Reply& reply, std::span<const std::string_view> names) {
  json::Document line;
  auto& allocator = line.GetAllocator();
  line.SetObject();
  line.AddMember("id", json::string_value(replace_invalid_utf8(reply.sample.id), allocator), allocator);
  std::vector<std::string> said = reply.earlier;
  said.push_back(reply.text);
  json::Value list(rapidjson::kArrayType);
  for (std::size_t i = 0; i < said.size(); ++i) {
    auto text = json::string_value(replace_invalid_utf8(said[i]), allocator);
    if (i < names.size()) line.AddMember(json::string_value(names[i], allocator), text, allocator);
    else list.PushBack(text, allocator);
  }
  if (names.empty()) line.AddMember("replies", list, allocator);
  return json::dump(line) + "\n";
}

}  // namespace

std::optional<Submission> dialogues_submission(std::string file_name, std::span<const Reply> replies, std::span<const std::string_view> names) {
  if (std::ranges::all_of(replies, [](const Reply& reply) { return reply.earlier.empty(); })) return std::nullopt;
  Submission submission{std::move(file_name), ""};
  for (const auto& reply : replies) submission.content += line_of(reply, names);
  return submission;
}

}  // namespace assay
