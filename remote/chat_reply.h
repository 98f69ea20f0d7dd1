#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "harness/base/error.h"
#include "harness/base/json.h"
#include "remote/event_stream.h"

namespace assay {

/// What an endpoint wrote, and what it said of it.
struct ChatReply {
  std::string text;
  std::string finish_reason;  ///< in the endpoint's words: "stop", "length", "content_filter", ...
  std::string model;          ///< what it says has answered; empty: it does not say
  std::int64_t prompt_tokens = -1;      ///< -1: it does not say
  std::int64_t completion_tokens = -1;
};

/// Reads a whole reply. A message without content has the text "" or, where there is one, its refusal.
/// Throws   DataError for what is no JSON, and for members that are missing or of another type
[[nodiscard]] ChatReply read_chat_reply(std::string_view body);

/// Reads a streamed reply while it comes.
class ChatStream {
 public:
  void feed(std::string_view bytes);
  [[nodiscard]] bool has_text() const noexcept { return !reply_.text.empty(); }
  /// Throws   DataError for what feed() could not read, and for a stream that ended before the reply did
  [[nodiscard]] ChatReply take();

 private:
  void read_event(std::string_view data);
  void read_choice(const json::Value& choice);

  EventStream events_;
  ChatReply reply_;
  std::string problem_;  ///< the first one
};

/// What an endpoint says in place of a reply.
struct ServerError {
  std::string message;  ///< as it came; mask and shorten it before it is shown
  std::string code;     ///< "context_length_exceeded"; empty: none
};

/// Of {"error": {"message": ..., "code": ...}}, {"error": "..."}, {"message": ...}, {"detail": ...}; anything else is the message itself.
[[nodiscard]] ServerError read_server_error(std::string_view body);

}  // namespace assay
