#include "remote/endpoint.h"

#include <curl/curl.h>

#include <memory>

#include "harness/base/error.h"

namespace assay {
namespace {

constexpr std::string_view kScheme = "openai:";
constexpr const char* kExample = "openai:http://127.0.0.1:8000/v1#name";

struct UrlCleanup {
  void operator()(CURLU* url) const { curl_url_cleanup(url); }
};
using Url = std::unique_ptr<CURLU, UrlCleanup>;

/// Null for what is no URL of the web.
Url parse_url(const std::string& text) {
  Url url(curl_url());
  if (!url) throw std::bad_alloc();
  if (curl_url_set(url.get(), CURLUPART_URL, text.c_str(), CURLU_NON_SUPPORT_SCHEME) != CURLUE_OK) return nullptr;
  return url;
}

/// Empty where the URL has no such part.
std::string part_of(const Url& url, CURLUPart part, unsigned flags = 0) {
  char* text = nullptr;
  if (curl_url_get(url.get(), part, &text, flags) != CURLUE_OK) return "";
  std::string copy = text;
  curl_free(text);
  return copy;
}

bool is_web(const std::string& scheme) { return scheme == "http" || scheme == "https"; }

}  // namespace

bool names_endpoint(std::string_view text) { return text.starts_with(kScheme); }

Endpoint parse_endpoint(std::string_view text) {
  if (!names_endpoint(text)) throw ConfigError(fmt::format("\"{}\" names no endpoint; expected {}", text, kExample));
  const auto body = text.substr(kScheme.size());
  const auto mark = body.find('#');
  Endpoint endpoint;
  endpoint.url = body.substr(0, mark);
  const Url url = parse_url(endpoint.url);
  // Before anything else, because every other message repeats the text.
  if (url && !(part_of(url, CURLUPART_USER) + part_of(url, CURLUPART_PASSWORD)).empty())
    throw ConfigError("an endpoint's URL may hold no user or password, since it is written down with the run; name the variable that holds the key with --api-key-env");
  const std::string scheme = url ? part_of(url, CURLUPART_SCHEME) : "";
  if (!is_web(scheme)) throw ConfigError(fmt::format("\"{}\": expected an http or https URL, as {}", text, kExample));
  if (!part_of(url, CURLUPART_QUERY).empty()) throw ConfigError(fmt::format("\"{}\": an endpoint's URL ends with its path; parameters behind ? are not sent", text));
  if (mark == std::string_view::npos || mark + 1 == body.size())
    throw ConfigError(fmt::format("\"{}\": name the model that is served there behind a #, as {}", text, kExample));
  endpoint.model = body.substr(mark + 1);
  while (endpoint.url.ends_with('/')) endpoint.url.pop_back();
  const std::string host = part_of(url, CURLUPART_HOST);
  endpoint.is_encrypted = scheme == "https";
  endpoint.is_local = host == "localhost" || host == "[::1]" || host.starts_with("127.");
  return endpoint;
}

std::string origin_of(const std::string& text) {
  const Url url = parse_url(text);
  if (!url || !is_web(part_of(url, CURLUPART_SCHEME))) return "";
  return fmt::format("{}://{}:{}", part_of(url, CURLUPART_SCHEME), part_of(url, CURLUPART_HOST), part_of(url, CURLUPART_PORT, CURLU_DEFAULT_PORT));
}

}  // namespace assay
