#include "remote/chat_request.h"

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <algorithm>
#include <string_view>

#include "harness/base/utf8.h"

namespace assay {
namespace {

using Writer = rapidjson::Writer<rapidjson::StringBuffer>;

void put(Writer& writer, std::string_view text) { writer.String(text.data(), static_cast<rapidjson::SizeType>(text.size())); }
void put_text(Writer& writer, std::string_view text) { put(writer, replace_invalid_utf8(text)); }
void put_member(Writer& writer, const char* key, std::string_view text) {
  writer.Key(key);
  put_text(writer, text);
}

bool is_text_alone(const ChatMessage& message) {
  return std::ranges::all_of(message.parts, [](const ChatPart& part) { return part.image_url.empty(); });
}

void put_part(Writer& writer, const ChatPart& part) {
  writer.StartObject();
  if (part.image_url.empty()) {
    put_member(writer, "type", "text");
    put_member(writer, "text", part.text);
  } else {
    put_member(writer, "type", "image_url");
    writer.Key("image_url");
    writer.StartObject();
    writer.Key("url");
    put(writer, part.image_url);
    writer.EndObject();
  }
  writer.EndObject();
}

/// A message without pictures has its text as it is: servers of text models know no parts.
void put_message(Writer& writer, const ChatMessage& message) {
  writer.StartObject();
  put_member(writer, "role", message.role);
  writer.Key("content");
  if (is_text_alone(message)) {
    std::string text;
    for (const auto& part : message.parts) text += part.text;
    put_text(writer, text);
  } else {
    writer.StartArray();
    for (const auto& part : message.parts) put_part(writer, part);
    writer.EndArray();
  }
  writer.EndObject();
}

}  // namespace

std::string chat_body(const ChatRequest& request) {
  rapidjson::StringBuffer text;
  Writer writer(text);
  writer.StartObject();
  put_member(writer, "model", request.model);
  writer.Key("messages");
  writer.StartArray();
  for (const auto& message : request.messages) put_message(writer, message);
  writer.EndArray();
  writer.Key("max_tokens");
  writer.Int(request.max_tokens);
  writer.Key("temperature");
  writer.Double(request.temperature);
  if (request.top_p) writer.Key("top_p"), writer.Double(*request.top_p);
  if (request.top_k) writer.Key("top_k"), writer.Int(*request.top_k);
  if (request.min_tokens) writer.Key("min_tokens"), writer.Int(*request.min_tokens);
  if (request.seed) writer.Key("seed"), writer.Uint(*request.seed);
  if (!request.stop.empty()) {
    writer.Key("stop");
    writer.StartArray();
    for (const auto& stop : request.stop) put_text(writer, stop);
    writer.EndArray();
  }
  writer.Key("stream");
  writer.Bool(request.streams);
  if (request.streams) {
    writer.Key("stream_options");  // without it a stream says nothing of token counts
    writer.StartObject();
    writer.Key("include_usage");
    writer.Bool(true);
    writer.EndObject();
  }
  writer.EndObject();
  return {text.GetString(), text.GetSize()};
}

std::optional<std::string> with_max_completion_tokens(std::string_view body) {
  constexpr std::string_view kKey = R"(,"max_tokens":)";  // never inside a text: JSON writes a quotation mark there as \"
  const auto at = body.find(kKey);
  if (at == std::string_view::npos) return std::nullopt;
  std::string renamed(body.substr(0, at));
  return renamed.append(R"(,"max_completion_tokens":)").append(body.substr(at + kKey.size()));
}

}  // namespace assay
