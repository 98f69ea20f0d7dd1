#include "remote/chat_client.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "harness/base/error.h"
#include "remote/chat_request.h"

namespace assay {
namespace {

using Clock = std::chrono::steady_clock;

double ms_between(Clock::time_point from, Clock::time_point to) { return std::chrono::duration<double, std::milli>(to - from).count(); }
Clock::duration from_ms(double ms) { return std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double, std::milli>(ms)); }

HttpLimits with_timeout(HttpLimits limits, double timeout_s) {
  limits.total_ms = std::llround(timeout_s * 1000);
  limits.connect_ms = std::min(limits.connect_ms, limits.total_ms);
  return limits;
}

}  // namespace

ChatClient::ChatClient(Endpoint endpoint, const RemoteOptions& options, HttpLimits limits)
    : endpoint_(std::move(endpoint)),
      options_(options),
      key_(Secret::from_environment(options.api_key_env)),
      flow_(options.in_flight),
      http_(with_timeout(limits, options.timeout_s), key_) {
  back_off_.seed = options.seed;
}

void ChatClient::start(ChatCall call) {
  auto open = std::make_unique<Open>();
  open->call = std::move(call);
  open->handed_over = open->due = Clock::now();
  waiting_.push_back(std::move(open));
  start_what_is_due();
}

std::vector<ChatFinished> ChatClient::wait(std::chrono::milliseconds at_most) {
  start_what_is_due();
  const auto until_due = std::chrono::ceil<std::chrono::milliseconds>(next_due() - Clock::now());
  const auto time = std::clamp(until_due, std::chrono::milliseconds(0), at_most);
  std::vector<ChatFinished> finished;
  for (auto& [id, http] : http_.wait(time)) settle(std::move(running_.extract(id).mapped()), http, finished);
  start_what_is_due();
  return finished;
}

/// The earliest moment at which a waiting request may begin; far away where none may before another one has ended.
ChatClient::Clock::time_point ChatClient::next_due() const {
  auto earliest = Clock::now() + std::chrono::hours(1);
  if (static_cast<int>(running_.size()) >= flow_.now()) return earliest;
  for (const auto& open : waiting_) earliest = std::min(earliest, std::max(open->due, paused_until_));
  return earliest;
}

void ChatClient::start_what_is_due() {
  const auto now = Clock::now();
  if (now < paused_until_) return;
  for (auto it = waiting_.begin(); it != waiting_.end() && static_cast<int>(running_.size()) < flow_.now();) {
    if ((*it)->due > now) {
      ++it;
      continue;
    }
    auto open = std::move(*it);
    it = waiting_.erase(it);
    begin_attempt(std::move(open));
  }
}

void ChatClient::begin_attempt(std::unique_ptr<Open> open) {
  ++open->times.attempts;
  open->began = Clock::now();
  open->times.waited_ms = ms_between(open->handed_over, open->began);
  open->times.first_token_ms = -1;
  open->stream = {};
  if (renames_limit_) {
    if (auto renamed = with_max_completion_tokens(open->call.body)) open->call.body = *std::move(renamed);
  }
  HttpCall http{endpoint_.chat_url(), open->call.body, endpoint_.is_local, {}};
  if (open->call.is_streamed) {
    http.on_bytes = [&open = *open](std::string_view bytes) {
      open.stream.feed(bytes);
      if (open.times.first_token_ms < 0 && open.stream.has_text()) open.times.first_token_ms = ms_between(open.began, Clock::now());
    };
  }
  running_[http_.start(std::move(http))] = std::move(open);
}

void ChatClient::settle(std::unique_ptr<Open> open, const HttpReply& http, std::vector<ChatFinished>& finished) {
  Outcome outcome = read_outcome(http, open->call.is_streamed ? &open->stream : nullptr, key_);
  open->times.reply_ms = ms_between(open->began, Clock::now());
  if (outcome.kind == Outcome::Kind::kEndRun) throw ModelError(fmt::format("{} ({}): {}", endpoint_.url, endpoint_.model, outcome.message));
  if (outcome.kind == Outcome::Kind::kReply) {
    flow_.on_reply();
    finished.push_back({std::move(open->call.id), std::move(outcome.reply), open->times});
    return;
  }
  if (comes_again_renamed(open, outcome)) return;
  if (outcome.is_overload) flow_.on_refusal(open->began, Clock::now());
  if (comes_again(open, outcome, http.retry_after_ms)) return;
  SampleFailure failure{open->call.id, std::move(outcome.stage), std::move(outcome.message)};
  finished.push_back({std::move(open->call.id), std::move(failure), open->times});
}

bool ChatClient::comes_again_renamed(std::unique_ptr<Open>& open, const Outcome& outcome) {
  if (!outcome.refuses_max_tokens) return false;
  auto renamed = with_max_completion_tokens(open->call.body);
  if (!renamed) return false;  // it went out under that name
  renames_limit_ = true;
  open->call.body = *std::move(renamed);
  --open->times.attempts;
  open->due = Clock::now();
  waiting_.push_back(std::move(open));
  return true;
}

bool ChatClient::comes_again(std::unique_ptr<Open>& open, Outcome& outcome, double retry_after_ms) {
  if (outcome.kind == Outcome::Kind::kFail) return false;
  const int most = outcome.kind == Outcome::Kind::kTryOnceMore ? std::min(2, 1 + options_.retries) : 1 + options_.retries;
  if (open->times.attempts >= most) {
    outcome.message += fmt::format(" (tried {} times)", open->times.attempts);
    return false;
  }
  if (retry_after_ms > options_.longest_wait_s * 1000) {
    outcome.message += fmt::format(" (told to wait {:.0f} s, longer than {:.0f} s)", retry_after_ms / 1000, options_.longest_wait_s);
    return false;
  }
  const auto now = Clock::now();
  if (retry_after_ms >= 0) paused_until_ = std::max(paused_until_, now + from_ms(retry_after_ms));
  open->due = now + from_ms(back_off_.delay_ms(open->call.id, open->times.attempts, retry_after_ms));
  waiting_.push_back(std::move(open));
  return true;
}

}  // namespace assay
