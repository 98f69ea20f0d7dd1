#include "remote/live_judge.h"

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <map>
#include <set>
#include <utility>

#include "harness/base/digest.h"
#include "harness/base/error.h"
#include "remote/chat_client.h"
#include "remote/chat_request.h"
#include "remote/judge_cache.h"

namespace assay {
namespace {

constexpr std::chrono::milliseconds kWait{200};

class LiveJudge final : public Judge {
 public:
  explicit LiveJudge(const LiveJudgeOptions& options)
      : options_(options),
        cache_(options.cache_file.empty() ? std::make_unique<JudgeCache>() : std::make_unique<JudgeCache>(options.cache_file)),
        client_(options.endpoint, options.remote) {}

  void prepare(const std::vector<JudgeQuestion>& questions) override {
    std::deque<Pending> left = unanswered(questions);
    std::map<std::string, std::string> ids;  // of what is under way, by key
    while (!left.empty() || !client_.is_idle()) {
      while (!left.empty() && client_.has_room() && has_budget()) {
        Pending& next = left.front();
        ++sent_;
        ids[next.key] = next.id;
        client_.start({next.key, std::move(next.body), false});
        left.pop_front();
      }
      if (client_.is_idle()) break;  // the budget is spent
      for (auto& [key, reply, times] : client_.wait(kWait)) take(key, ids.at(key), std::move(reply));
    }
    not_sent_ += static_cast<std::int64_t>(left.size());
    for (const auto& pending : left) given_up_.insert(pending.key);
  }

  [[nodiscard]] std::optional<std::string> answer(const JudgeQuestion& question) override {
    if (question.is_recorded_only) {
      ++not_askable_;
      return std::nullopt;
    }
    const std::string key = digest_of(body_of(question));
    if (cache_->find(key) == nullptr && !given_up_.contains(key)) prepare({question});
    const auto* found = cache_->find(key);
    return found == nullptr ? std::nullopt : std::optional(found->reply);
  }

  [[nodiscard]] std::vector<std::string> notes() const override {
    const std::string& name = options_.endpoint.model;
    const std::string served = cache_->served_model_of(name);
    std::vector<std::string> notes = {fmt::format("judge {}{}: {} questions asked, {} tokens said to be used, {} answers from the cache", name,
                                                  served.empty() || served == name ? "" : fmt::format(" (answering as {})", served), sent_, tokens_, from_cache_)};
    if (failed_ > 0) notes.push_back(fmt::format("judge {}: {} questions failed, so their replies have no score; first: {}", name, failed_, first_failure_));
    if (not_sent_ > 0) notes.push_back(fmt::format("judge {}: {} questions were not asked, so their replies have no score: the budget is spent", name, not_sent_));
    if (not_askable_ > 0) notes.push_back(fmt::format("judge {}: what it would have to be told about {} replies is not at hand; only recorded answers score them", name, not_askable_));
    if (cache_->damaged_lines() > 0) notes.push_back(fmt::format("{}: {} damaged lines were left aside", options_.cache_file, cache_->damaged_lines()));
    return notes;
  }

 private:
  struct Pending {
    std::string key, id, body;
  };

  std::string body_of(const JudgeQuestion& question) const {
    ChatRequest chat;
    chat.model = options_.endpoint.model;
    chat.max_tokens = question.max_tokens;
    if (question.is_retry) chat.temperature = question.temperature;
    for (const auto& [role, text] : question.messages) chat.messages.push_back({role, {{text, ""}}});
    return chat_body(chat);
  }

  /// Each text once, however many questions have it.
  std::deque<Pending> unanswered(const std::vector<JudgeQuestion>& questions) {
    std::deque<Pending> left;
    std::set<std::string> seen;
    for (const auto& question : questions) {
      if (question.is_recorded_only) continue;
      std::string body = body_of(question);
      std::string key = digest_of(body);
      if (cache_->find(key) != nullptr) ++from_cache_;
      else if (!given_up_.contains(key) && seen.insert(key).second) left.push_back({std::move(key), question.id, std::move(body)});
    }
    return left;
  }

  [[nodiscard]] bool has_budget() const {
    return (!options_.most_calls || sent_ < *options_.most_calls) && (!options_.most_tokens || tokens_ < *options_.most_tokens);
  }

  void take(const std::string& key, const std::string& id, Result<ChatReply> reply) {
    if (!reply) {
      given_up_.insert(key);
      if (++failed_ == 1) first_failure_ = fmt::format("{}: {}: {}", id, reply.error().stage, reply.error().message);
      return;
    }
    for (const auto count : {reply->prompt_tokens, reply->completion_tokens}) tokens_ += std::max<std::int64_t>(0, count);
    const std::string& name = options_.endpoint.model;
    if (const std::string before = cache_->served_model_of(name); !before.empty() && !reply->model.empty() && before != reply->model) {
      throw ModelError(fmt::format("the judge {} answered as {} before and as {} now; name the very model in --judge, and begin another --judge-cache", name, before,
                                   reply->model));
    }
    cache_->add(key, {id, std::move(reply->text), name, std::move(reply->model), reply->prompt_tokens, reply->completion_tokens});
  }

  LiveJudgeOptions options_;
  std::unique_ptr<JudgeCache> cache_;
  ChatClient client_;
  std::set<std::string> given_up_;  ///< keys that failed or that the budget did not reach
  std::int64_t sent_ = 0, from_cache_ = 0, failed_ = 0, not_sent_ = 0, not_askable_ = 0, tokens_ = 0;
  std::string first_failure_;
};

}  // namespace

std::unique_ptr<Judge> make_live_judge(const LiveJudgeOptions& options) { return std::make_unique<LiveJudge>(options); }

}  // namespace assay
