#include "remote/chat_reply.h"

#include <utility>

namespace assay {
namespace {

constexpr std::string_view kWhere = "the endpoint's reply";

[[noreturn]] void fail(std::string_view what) { throw DataError(fmt::format("{}: {}", kWhere, what)); }

/// A text, nothing, or a list of parts of which the texts count.
std::string text_of_content(const json::Value& message, const char* key) {
  const auto* content = json::find(message, key);
  if (content == nullptr || content->IsNull()) return "";
  if (content->IsString()) return std::string(json::text_of(*content));
  if (!content->IsArray()) fail(fmt::format("\"{}\" must be a text", key));
  std::string text;
  for (const auto& part : content->GetArray()) {
    const auto* piece = json::find(part, "text");
    if (piece == nullptr || !piece->IsString()) fail(fmt::format("\"{}\" holds a part without a text", key));
    text += json::text_of(*piece);
  }
  return text;
}

/// Not there and null: -1.
std::int64_t count_of(const json::Value& usage, const char* key) {
  const auto* count = json::find(usage, key);
  if (count == nullptr || count->IsNull()) return -1;
  if (!count->IsInt64() || count->GetInt64() < 0) fail(fmt::format("\"{}\" must be a whole number from 0 on", key));
  return count->GetInt64();
}

void read_usage(const json::Value& document, ChatReply& reply) {
  const auto* usage = json::find(document, "usage");
  if (usage == nullptr || usage->IsNull()) return;
  if (!usage->IsObject()) fail("\"usage\" must be an object");
  reply.prompt_tokens = count_of(*usage, "prompt_tokens");
  reply.completion_tokens = count_of(*usage, "completion_tokens");
}

void read_model(const json::Value& document, ChatReply& reply) {
  const auto* model = json::find(document, "model");
  if (model == nullptr || model->IsNull()) return;
  if (!model->IsString()) fail("\"model\" must be a text");
  reply.model = json::text_of(*model);
}

}  // namespace

ChatReply read_chat_reply(std::string_view body) {
  const auto document = json::parse(body, kWhere);
  const auto& choices = json::require_array(document, "choices", kWhere);
  if (choices.Empty()) fail("\"choices\" is empty");
  const auto& message = json::require(choices[0], "message", kWhere);
  if (!message.IsObject()) fail("\"message\" must be an object");
  ChatReply reply;
  reply.text = text_of_content(message, "content");
  if (reply.text.empty()) reply.text = text_of_content(message, "refusal");
  reply.finish_reason = json::require_string(choices[0], "finish_reason", kWhere);
  read_model(document, reply);
  read_usage(document, reply);
  return reply;
}

void ChatStream::feed(std::string_view bytes) {
  events_.feed(bytes, [this](std::string_view data) {
    try {
      if (problem_.empty()) read_event(data);
    } catch (const DataError& error) {
      problem_ = error.what();
    }
  });
}

void ChatStream::read_event(std::string_view data) {
  if (data == "[DONE]") return;
  const auto document = json::parse(data, kWhere);
  if (const auto* error = json::find(document, "error"); error != nullptr && !error->IsNull()) fail(fmt::format("an error in the stream: {}", read_server_error(data).message));
  read_model(document, reply_);
  read_usage(document, reply_);
  const auto& choices = json::require_array(document, "choices", kWhere);
  if (!choices.Empty()) read_choice(choices[0]);  // the last event holds the usage and no choice
}

void ChatStream::read_choice(const json::Value& choice) {
  if (const auto* delta = json::find(choice, "delta"); delta != nullptr) reply_.text += text_of_content(*delta, "content") + text_of_content(*delta, "refusal");
  const auto* reason = json::find(choice, "finish_reason");
  if (reason == nullptr || reason->IsNull()) return;
  if (!reason->IsString()) fail("\"finish_reason\" must be a text");
  reply_.finish_reason = json::text_of(*reason);
}

ChatReply ChatStream::take() {
  if (!problem_.empty()) throw DataError(problem_);
  if (reply_.finish_reason.empty()) fail("the stream ended before the reply did");
  return std::move(reply_);
}

ServerError read_server_error(std::string_view body) {
  ServerError error{std::string(body), ""};
  try {
    const auto document = json::parse(body, kWhere);
    const auto* inner = json::find(document, "error");
    if (inner != nullptr && inner->IsString()) return {std::string(json::text_of(*inner)), ""};
    const json::Value& object = inner != nullptr && inner->IsObject() ? *inner : document;
    error.code = json::string_or(object, "code", json::string_or(object, "type", ""));
    for (const auto* key : {"message", "detail"})
      if (const auto* text = json::find(object, key); text != nullptr && text->IsString()) return {std::string(json::text_of(*text)), error.code};
  } catch (const DataError&) {  // then it is plain text, and the message as it is
  }
  return error;
}

}  // namespace assay
