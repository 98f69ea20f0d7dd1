#pragma once
#include <string>
#include <string_view>

namespace assay {

/// A model that somebody serves behind an OpenAI-compatible chat API: vLLM, SGLang, LMDeploy, llama.cpp, a hosted one.
struct Endpoint {
  std::string url;    ///< of the API, without a slash at its end: "http://127.0.0.1:8000/v1"
  std::string model;  ///< the name it is served under
  bool is_encrypted = false;
  bool is_local = false;  ///< on this machine: requests do not go through a proxy

  [[nodiscard]] std::string chat_url() const { return url + "/chat/completions"; }
};

/// True for "openai:...", a model behind an endpoint and no folder.
[[nodiscard]] bool names_endpoint(std::string_view text);

/// Reads "openai:http://host:port/v1#name".
/// Throws   ConfigError that says what is missing; a user or password in the URL is refused and not repeated
[[nodiscard]] Endpoint parse_endpoint(std::string_view text);

/// "https://host:443"; empty for what is no http or https URL.
[[nodiscard]] std::string origin_of(const std::string& url);

}  // namespace assay
