#include "remote/remote_vlm.h"

#include <fmt/format.h>

#include <deque>
#include <utility>

#include "harness/base/error.h"
#include "harness/base/utf8.h"
#include "remote/chat_client.h"
#include "remote/chat_request.h"
#include "remote/picture.h"

namespace assay {
namespace {

constexpr std::chrono::milliseconds kAskedForCancel{100};

const char* name_of(Role role) {
  switch (role) {
    case Role::kSystem: return "system";
    case Role::kUser: return "user";
    case Role::kAssistant: return "assistant";
    case Role::kBare: break;  // refused before
  }
  return "user";
}

PictureForm picture_form(const RemoteOptions& options) {
  const auto form = picture_form_named(options.pictures);
  if (!form) throw ConfigError(fmt::format("--send-pictures must be file, png, jpeg or jpeg:<quality>, got \"{}\"", options.pictures));
  return *form;
}

Finish finish_of(const std::string& reason) { return reason == "length" ? Finish::kLength : Finish::kStop; }

class RemoteVlm final : public Vlm {
 public:
  RemoteVlm(const Endpoint& endpoint, const RemoteOptions& remote, const VlmOptions& options)
      : endpoint_(endpoint), remote_(remote), options_(options), form_(picture_form(remote)) {
    (void)Secret::from_environment(remote.api_key_env);  // a key that is not there is told before the run begins
    card_.name = endpoint.model;
    card_.family = "endpoint";
    card_.system_text = options.system_text.value_or("");
    card_.engine = fmt::format("OpenAI-compatible endpoint at {}", endpoint.url);
    card_.endpoint = EndpointCard{endpoint.url, endpoint.model, assay::name_of(form_)};
  }

  [[nodiscard]] const ModelCard& card() const override { return card_; }
  [[nodiscard]] std::string weights_digest() const override { return ""; }

  void run(RequestSource& source, GenerationSink& sink) override {
    ChatClient client(endpoint_, remote_);
    std::deque<Request> next_turns;
    const auto finish = [&](const std::string& id, Result<Generation> generation) {
      if (auto turn = sink.finish(id, std::move(generation))) next_turns.push_back(std::move(*turn));
    };
    for (bool has_more = true;;) {
      while (client.has_room() && !source.is_cancelled()) {
        auto request = take_next(source, next_turns, has_more);
        if (!request) break;
        auto body = body_of(*request);
        if (body) client.start({request->id, std::move(*body), remote_.streams});
        else finish(request->id, std::move(body).error());
      }
      if (source.is_cancelled() || (!has_more && next_turns.empty() && client.is_idle())) return;
      for (auto& [id, reply, times] : client.wait(kAskedForCancel)) {
        if (reply) finish(id, generation_of(std::move(*reply), times));
        else finish(id, std::move(reply).error());
      }
    }
  }

 private:
  static std::optional<Request> take_next(RequestSource& source, std::deque<Request>& next_turns, bool& has_more) {
    if (!next_turns.empty()) {
      Request turn = std::move(next_turns.front());
      next_turns.pop_front();
      return turn;
    }
    if (!has_more) return std::nullopt;
    auto request = source.next();
    has_more = request.has_value();
    return request;
  }

  Result<std::string> body_of(const Request& request) const {
    if (!request.options.empty()) return SampleFailure{request.id, "ask", "a model behind an endpoint cannot rank options by likelihood: the chat API does not offer it"};
    if (!request.prompt.turns.empty() && request.prompt.turns.back().role == Role::kAssistant)
      return SampleFailure{request.id, "ask", "the prompt begins the reply; an endpoint begins every reply itself"};
    ChatRequest chat;
    chat.model = endpoint_.model;
    chat.streams = remote_.streams;
    if (const auto& text = options_.system_text; text && !text->empty()) chat.messages.push_back({"system", {{*text, ""}}});
    for (const Turn& turn : request.prompt.turns) {
      if (turn.role == Role::kBare)
        return SampleFailure{request.id, "ask", "the prompt brings the words of a chat template; an endpoint puts its own around every turn"};
      auto message = message_of(turn, request);
      if (!message) return std::move(message).error();
      chat.messages.push_back(std::move(*message));
    }
    set_decoding(chat, request.decoding);
    return chat_body(chat);
  }

  /// Texts beside each other are one part.
  Result<ChatMessage> message_of(const Turn& turn, const Request& request) const {
    ChatMessage message{name_of(turn.role), {}};
    for (const Part& part : turn.parts) {
      if (part.is_image()) {
        auto uri = picture_uri(request.prompt.images.at(part.image_index), form_, options_.image_limits, options_.blanks_pictures);
        if (!uri) return std::move(uri).error();
        message.parts.push_back({"", std::move(*uri)});
      } else if (!message.parts.empty() && message.parts.back().image_url.empty()) {
        message.parts.back().text += part.text;
      } else {
        message.parts.push_back({part.text, ""});
      }
    }
    return message;
  }

  static void set_decoding(ChatRequest& chat, const Decoding& decoding) {
    chat.max_tokens = decoding.max_new_tokens;
    chat.stop = decoding.stop;
    if (decoding.min_new_tokens > 0) chat.min_tokens = decoding.min_new_tokens;
    if (!decoding.do_sample) return;
    constexpr std::uint64_t kSeedBits = 0x7FFFFFFF;  // servers differ in how large a seed may be; 31 bits fit all
    chat.temperature = decoding.temperature;
    chat.top_p = decoding.top_p;
    if (decoding.top_k > 0) chat.top_k = decoding.top_k;
    chat.seed = static_cast<std::uint32_t>(decoding.seed & kSeedBits);
  }

  static Generation generation_of(ChatReply reply, const ChatTimes& times) {
    Generation generation;
    generation.reply = strip_white_space(reply.text);
    generation.finish = finish_of(reply.finish_reason);
    generation.prompt_token_count = std::max<std::int64_t>(0, reply.prompt_tokens);
    generation.endpoint = EndpointUse{std::move(reply.model), std::move(reply.finish_reason), reply.prompt_tokens, reply.completion_tokens, times.attempts,
                                      times.waited_ms,        times.first_token_ms,           times.reply_ms};
    return generation;
  }

  Endpoint endpoint_;
  RemoteOptions remote_;
  VlmOptions options_;
  PictureForm form_;
  ModelCard card_;
};

}  // namespace

std::unique_ptr<Vlm> open_remote_vlm(const Endpoint& endpoint, const RemoteOptions& remote, const VlmOptions& options) {
  return std::make_unique<RemoteVlm>(endpoint, remote, options);
}

}  // namespace assay
