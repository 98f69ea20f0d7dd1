#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace assay {

/// A piece of a message: text, or a picture as a data URI.
struct ChatPart {
  std::string text;
  std::string image_url;  ///< empty: it is text
};

struct ChatMessage {
  std::string role;  ///< "system", "user", "assistant"
  std::vector<ChatPart> parts;
};

/// What an OpenAI-compatible chat endpoint is asked. What is not set is not sent.
struct ChatRequest {
  std::string model;
  std::vector<ChatMessage> messages;
  int max_tokens = 1024;
  double temperature = 0;
  std::optional<double> top_p;
  std::optional<std::uint32_t> seed;
  std::vector<std::string> stop;
  std::optional<int> top_k, min_tokens;  ///< not OpenAI's: vLLM, SGLang and LMDeploy take them
  bool streams = false;
};

/// As JSON. Equal requests give equal bytes, so that they may be known by their digest. Text that is no UTF-8 is written with U+FFFD in its place.
/// Source   OpenAI API reference, "Create chat completion"; vLLM, OpenAI-compatible server, "Extra parameters"
[[nodiscard]] std::string chat_body(const ChatRequest& request);

/// The same body with the limit under the name max_completion_tokens, which newer models want. Nothing where it has no max_tokens.
[[nodiscard]] std::optional<std::string> with_max_completion_tokens(std::string_view body);

}  // namespace assay
