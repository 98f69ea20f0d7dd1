#include "remote/outcome.h"

#include <array>
#include <utility>

#include "harness/base/utf8.h"

namespace assay {
namespace {

using Kind = Outcome::Kind;
namespace stage = endpoint_stage;

Outcome failed(Kind kind, const char* at, std::string message, bool is_overload = false) { return {kind, {}, at, std::move(message), is_overload, false}; }

/// On one line, of a length that a journal can bear.
std::string shortened(std::string_view text) {
  constexpr std::size_t kMost = 300;
  std::string line = replace_invalid_utf8(text.substr(0, kMost));
  for (char& c : line)
    if (static_cast<unsigned char>(c) < ' ' || c == '\x7F') c = ' ';
  line = strip_white_space(line);
  return text.size() > kMost ? line + "..." : line;
}

Outcome of_fault(const HttpReply& http, const Secret& key) {
  const std::string text = shortened(key.mask(http.fault_text));
  switch (http.fault) {
    case HttpFault::kUnreachable: return failed(Kind::kTryAgain, stage::kUnreachable, text);
    case HttpFault::kTimeout: return failed(Kind::kTryOnceMore, stage::kTimeout, text);
    case HttpFault::kCut: return failed(Kind::kTryAgain, stage::kUnreadable, text);
    case HttpFault::kTooLarge: return failed(Kind::kFail, stage::kTooLarge, text);
    case HttpFault::kRedirect: return failed(Kind::kFail, stage::kRedirect, text);
    case HttpFault::kTls: return failed(Kind::kEndRun, stage::kUnreachable, text + "; the endpoint's certificate must hold");
    case HttpFault::kNone: break;
  }
  return {};
}

bool is_one_of(std::string_view code, const auto& codes) {
  for (const std::string_view known : codes)
    if (code == known) return true;
  return false;
}

Outcome of_error_status(const HttpReply& http, const Secret& key) {
  constexpr std::array kFilters = {std::string_view("content_filter"), std::string_view("content_policy_violation")};
  const ServerError error = read_server_error(http.body);
  const std::string said = shortened(key.mask(error.message));
  const std::string text = fmt::format("status {}{}{}", http.status, said.empty() ? "" : ": ", said);
  if (is_one_of(error.code, kFilters)) return failed(Kind::kFail, stage::kFiltered, text);
  if (error.code == "insufficient_quota") return failed(Kind::kEndRun, stage::kRefused, text);
  switch (http.status) {
    case 401: return failed(Kind::kEndRun, stage::kRefused, text + "; name the environment variable that holds the key with --api-key-env");
    case 404: return failed(Kind::kEndRun, stage::kRefused, text + "; is the URL right, and is the model served under this name?");
    case 413: return failed(Kind::kFail, stage::kTooLarge, text);
    case 408:
    case 425: return failed(Kind::kTryAgain, stage::kTimeout, text);
    case 429:
    case 503:
    case 529: return failed(Kind::kTryAgain, stage::kBusy, text, true);  // 529: Anthropic's "overloaded"
    default: break;
  }
  if (http.status >= 500) return failed(Kind::kTryAgain, stage::kBroken, text);
  Outcome outcome = failed(Kind::kFail, stage::kRefused, text);
  // OpenAI's reasoning models: "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead."
  outcome.refuses_max_tokens = http.status == 400 && error.message.find("max_completion_tokens") != std::string::npos;
  return outcome;
}

ChatReply masked(ChatReply reply, const Secret& key) {
  for (auto* text : {&reply.text, &reply.finish_reason, &reply.model}) *text = key.mask(*text);
  return reply;
}

}  // namespace

Outcome read_outcome(const HttpReply& http, ChatStream* stream, const Secret& key) {
  if (http.fault != HttpFault::kNone) return of_fault(http, key);
  if (http.status != 200) return of_error_status(http, key);
  try {
    const bool is_streamed = stream != nullptr && http.content_type.starts_with("text/event-stream");
    Outcome outcome{Kind::kReply, masked(is_streamed ? stream->take() : read_chat_reply(http.body), key), "", "", false, false};
    const std::string& reason = outcome.reply.finish_reason;
    if (reason == "content_filter") return failed(Kind::kFail, stage::kFiltered, "the reply was stopped by a content filter");
    if (reason == "tool_calls" || reason == "function_call") return failed(Kind::kFail, stage::kUnreadable, "the model called a tool, and none was offered");
    return outcome;
  } catch (const DataError& error) {
    return failed(Kind::kTryOnceMore, stage::kUnreadable, shortened(key.mask(error.what())));
  }
}

}  // namespace assay
