#include "benchmarks/judge.h"

#include <fmt/format.h>

#include <utility>

#include "datasets/json_rows.h"
#include "datasets/json_sample.h"
#include "harness/base/error.h"
#include "harness/base/number.h"

namespace assay {
namespace {

std::vector<std::string> texts_of(const json::Value& value, const std::string& where) {
  if (auto text = scalar_text(value)) return {std::move(*text)};
  if (value.IsArray()) {
    std::vector<std::string> texts;
    for (const auto& element : value.GetArray()) {
      auto text = scalar_text(element);
      if (!text) throw DataError(fmt::format("{}: a judge's answer must be a text or a number", where));
      texts.push_back(std::move(*text));
    }
    return texts;
  }
  for (const auto* key : {"content", "reply", "judge"}) {
    if (const auto* inner = json::find(value, key)) return texts_of(*inner, where);
  }
  throw DataError(fmt::format("{}: no judge's answer (looked for a text, a list, \"content\", \"reply\")", where));
}

std::string id_of(const JsonRows& rows, std::size_t i, const json::Value& row) {
  if (auto key = rows.key(i); !key.empty()) return key;
  for (const auto* key : {"question_id", "id", "index"}) {
    if (const auto* value = json::find(row, key)) return scalar_text(*value).value_or("");
  }
  throw DataError(fmt::format("{}: no id (looked for \"question_id\", \"id\", \"index\")", rows.where(i)));
}

class RecordedJudge final : public Judge {
 public:
  explicit RecordedJudge(RecordedReplies replies) : replies_(std::move(replies)) {}
  [[nodiscard]] std::optional<std::string> answer(const JudgeQuestion& question) override {
    const auto found = replies_.find(question.id);
    if (found == replies_.end()) return in_list(question.id);
    return found->second.empty() ? std::nullopt : std::optional(found->second.front());
  }

 private:
  /// Where the id ends with its place among the sample's questions.
  [[nodiscard]] std::optional<std::string> in_list(const std::string& id) const {
    const auto slash = id.rfind('/');
    if (slash == std::string::npos) return std::nullopt;
    const auto found = replies_.find(id.substr(0, slash));
    const auto place = parse_number<std::size_t>(std::string_view(id).substr(slash + 1));
    if (found == replies_.end() || !place || *place >= found->second.size()) return std::nullopt;
    return found->second[*place];
  }

  RecordedReplies replies_;
};

/// Asks until the answer can be read. Nothing where one of the questions has no answer.
std::optional<std::string> readable_answer(Judge& judge, const JudgeQuestion& question) {
  auto answer = judge.answer(question);
  for (const auto& retry : question.retries) {
    if (!answer || !question.is_readable || question.is_readable(*answer)) return answer;
    JudgeQuestion again = question;
    again.messages.back().text += retry.behind;
    again.temperature = retry.temperature;
    again.is_retry = true;
    answer = judge.answer(again);
  }
  return answer;
}

class NoJudge final : public Judge {
 public:
  [[nodiscard]] std::optional<std::string> answer(const JudgeQuestion&) override { return std::nullopt; }
};

}  // namespace

RecordedReplies read_recorded_replies(const std::filesystem::path& path) {
  const JsonRows rows(path);
  RecordedReplies replies;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto row = rows.get(i, false);
    auto id = id_of(rows, i, row);
    const auto [other, is_new] = replies.emplace(std::move(id), texts_of(row, rows.where(i)));
    if (!is_new) throw DataError(fmt::format("{}: the id \"{}\" comes twice", rows.where(i), other->first));
  }
  return replies;
}

std::unique_ptr<Judge> make_recorded_judge(RecordedReplies replies) { return std::make_unique<RecordedJudge>(std::move(replies)); }
std::unique_ptr<Judge> make_no_judge() { return std::make_unique<NoJudge>(); }

void ask_judge(Judge& judge, const Benchmark& benchmark, std::string_view profile, std::vector<Reply>& replies) {
  benchmark.relate(replies, profile);
  const auto needs_none = [](const Reply& reply) { return !reply.judge_replies.empty() || reply.state == SampleState::kError; };
  std::vector<JudgeQuestion> all;
  for (const auto& reply : replies) {
    if (needs_none(reply)) continue;
    for (auto& question : benchmark.judge_questions(reply, profile)) all.push_back(std::move(question));
  }
  judge.prepare(all);
  for (auto& reply : replies) {
    if (needs_none(reply)) continue;
    for (const auto& question : benchmark.judge_questions(reply, profile)) {
      auto answer = readable_answer(judge, question);
      if (!answer) {
        reply.judge_replies.clear();
        break;
      }
      reply.judge_replies.push_back(std::move(*answer));
    }
  }
}

void add_recorded_replies(const RecordedReplies& recorded, std::vector<Reply>& replies) {
  for (auto& reply : replies) {
    if (const auto found = recorded.find(reply.sample.id); found != recorded.end()) reply.judge_replies = found->second;
  }
}

}  // namespace assay
