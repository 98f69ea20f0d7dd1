#include "remote/judge_cache.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "harness/base/error.h"
#include "harness/base/file.h"
#include "harness/base/json.h"

namespace assay {
namespace {

std::string line_of(const std::string& key, const JudgeAnswer& answer) {
  json::Document document(rapidjson::kObjectType);
  auto& allocator = document.GetAllocator();
  const auto text = [&](std::string_view value) { return json::string_value(value, allocator); };
  document.AddMember("id", text(answer.id), allocator);
  document.AddMember("reply", text(answer.reply), allocator);
  document.AddMember("model", text(answer.model), allocator);
  document.AddMember("served_model", text(answer.served_model), allocator);
  document.AddMember("prompt_tokens", answer.prompt_tokens, allocator);
  document.AddMember("completion_tokens", answer.completion_tokens, allocator);
  document.AddMember("key", text(key), allocator);  // last: a line that is cut short has none
  return json::dump(document) + "\n";
}

void write_all(int file, std::string_view bytes, const std::filesystem::path& path) {
  while (!bytes.empty()) {
    const auto written = ::write(file, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) throw ModelError(fmt::format("{}: cannot write: {}", path.string(), std::strerror(errno)));
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
}

}  // namespace

JudgeCache::JudgeCache(const std::filesystem::path& path) : path_(path) {
  const std::string content = std::filesystem::exists(path) ? read_file(path) : "";
  for (std::size_t begin = 0; begin < content.size();) {
    const auto end = std::min(content.find('\n', begin), content.size());
    const auto line = std::string_view(content).substr(begin, end - begin);
    begin = end + 1;
    if (line.empty()) continue;
    try {
      const auto row = json::parse(line, path.string());
      JudgeAnswer answer{json::require_string(row, "id", path.string()), json::require_string(row, "reply", path.string()),
                         json::require_string(row, "model", path.string()), json::string_or(row, "served_model", ""),
                         json::int_or(row, "prompt_tokens", -1), json::int_or(row, "completion_tokens", -1)};
      answers_.insert_or_assign(json::require_string(row, "key", path.string()), std::move(answer));
    } catch (const DataError&) {
      ++damaged_lines_;
    }
  }
  if (answers_.empty() && damaged_lines_ > 0) throw DataError(fmt::format("{}: no cache of a judge's answers; name another file with --judge-cache", path.string()));
  file_ = ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  if (file_ < 0) throw ConfigError(fmt::format("--judge-cache: {}: cannot be written: {}", path.string(), std::strerror(errno)));
  if (!content.empty() && content.back() != '\n') write_all(file_, "\n", path_);  // so that what was cut short spoils no further line
}

JudgeCache::~JudgeCache() {
  if (file_ >= 0) ::close(file_);
}

const JudgeAnswer* JudgeCache::find(const std::string& key) const {
  const auto found = answers_.find(key);
  return found == answers_.end() ? nullptr : &found->second;
}

std::string JudgeCache::served_model_of(std::string_view model) const {
  for (const auto& [key, answer] : answers_)
    if (answer.model == model && !answer.served_model.empty()) return answer.served_model;
  return "";
}

void JudgeCache::add(const std::string& key, JudgeAnswer answer) {
  if (file_ >= 0) write_all(file_, line_of(key, answer), path_);
  answers_.insert_or_assign(key, std::move(answer));
}

}  // namespace assay
