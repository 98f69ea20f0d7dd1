#pragma once
#include <chrono>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "harness/base/result.h"
#include "remote/back_off.h"
#include "remote/chat_reply.h"
#include "remote/endpoint.h"
#include "remote/flow_limit.h"
#include "remote/http_client.h"
#include "remote/options.h"
#include "remote/outcome.h"

namespace assay {

/// A request's body, and the name under which its end is told.
struct ChatCall {
  std::string id;
  std::string body;
  bool is_streamed = false;
};

/// Milliseconds, and how often it was tried.
struct ChatTimes {
  int attempts = 0;
  double waited_ms = 0;       ///< from start() to the attempt that counted: its turn, and back-off
  double first_token_ms = -1; ///< from that attempt's beginning to the first text; -1: not streamed
  double reply_ms = 0;        ///< from that attempt's beginning to the last byte
};

struct ChatFinished {
  std::string id;
  Result<ChatReply> reply;
  ChatTimes times;
};

/// Keeps many requests at one endpoint under way: tries again after a growing, jittered wait, holds back altogether for as long as the endpoint asks for
/// (Retry-After), and has fewer requests under way while it says that it has too many. Driven by the thread that calls wait().
class ChatClient {
 public:
  ChatClient(Endpoint endpoint, const RemoteOptions& options, HttpLimits limits = {});

  /// True while another request may be handed over; those that wait for their next attempt count.
  [[nodiscard]] bool has_room() const { return running_.size() + waiting_.size() < static_cast<std::size_t>(options_.in_flight); }
  [[nodiscard]] bool is_idle() const { return running_.empty() && waiting_.empty(); }
  void start(ChatCall call);
  /// What has finished, after some time or none.
  /// Throws   ModelError where no request can succeed: a wrong key, a model that is not served, a certificate that does not hold
  [[nodiscard]] std::vector<ChatFinished> wait(std::chrono::milliseconds at_most);

 private:
  using Clock = std::chrono::steady_clock;
  struct Open {
    ChatCall call;
    ChatTimes times;
    ChatStream stream;
    Clock::time_point handed_over, began, due;
  };

  void start_what_is_due();
  void begin_attempt(std::unique_ptr<Open> open);
  void settle(std::unique_ptr<Open> open, const HttpReply& http, std::vector<ChatFinished>& finished);
  /// True when it waits for another attempt; else why not is at the end of the outcome's message.
  bool comes_again(std::unique_ptr<Open>& open, Outcome& outcome, double retry_after_ms);
  /// True when it goes out again at once with its limit under another name; from then on all do.
  bool comes_again_renamed(std::unique_ptr<Open>& open, const Outcome& outcome);
  [[nodiscard]] Clock::time_point next_due() const;

  Endpoint endpoint_;
  RemoteOptions options_;
  Secret key_;
  BackOff back_off_;
  FlowLimit flow_;
  HttpClient http_;
  std::map<HttpClient::Id, std::unique_ptr<Open>> running_;
  std::deque<std::unique_ptr<Open>> waiting_;
  Clock::time_point paused_until_{};
  bool renames_limit_ = false;
};

}  // namespace assay
