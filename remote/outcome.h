#pragma once
#include <optional>
#include <string>

#include "remote/chat_reply.h"
#include "remote/http_client.h"

namespace assay {

/// Names under which a request's failure is recorded, as the stage of a SampleFailure.
namespace endpoint_stage {
inline constexpr const char* kTimeout = "endpoint/time-out";
inline constexpr const char* kUnreachable = "endpoint/unreachable";
inline constexpr const char* kBusy = "endpoint/busy";              ///< 429, 503: it has too much to do, and went on saying so
inline constexpr const char* kBroken = "endpoint/broken";          ///< other statuses from 500 on
inline constexpr const char* kRefused = "endpoint/refused";        ///< other statuses from 400 on: it does not take this request
inline constexpr const char* kTooLarge = "endpoint/too-large";     ///< a reply beyond the limit, or a request beyond the endpoint's (413)
inline constexpr const char* kUnreadable = "endpoint/unreadable";  ///< cut short, no JSON, or members of the wrong type
inline constexpr const char* kFiltered = "endpoint/filtered";      ///< by a content filter
inline constexpr const char* kRedirect = "endpoint/redirect";      ///< to another host
}  // namespace endpoint_stage

/// What one attempt came to.
struct Outcome {
  enum class Kind {
    kReply,
    kTryAgain,      ///< as often as the options say
    kTryOnceMore,   ///< what costs a whole reply's time to find out, or is likely to come again
    kFail,
    kEndRun         ///< no request can ever succeed: a wrong key, a model that is not there, no money left
  };
  Kind kind = Kind::kFail;
  ChatReply reply;      ///< for kReply
  std::string stage;    ///< for the others
  std::string message;
  bool is_overload = false;  ///< fewer requests at once may help
  bool refuses_max_tokens = false;  ///< it wants the limit under its newer name, max_completion_tokens
};

/// Reads an attempt. `stream` is what has been read of a streamed reply; null where none was asked for. Nothing that leaves holds the key.
[[nodiscard]] Outcome read_outcome(const HttpReply& http, ChatStream* stream, const Secret& key);

}  // namespace assay
