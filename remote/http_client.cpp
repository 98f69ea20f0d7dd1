#include "remote/http_client.h"

#include <curl/curl.h>

#include <algorithm>
#include <map>
#include <utility>

#include "harness/base/error.h"
#include "remote/endpoint.h"

namespace assay {
namespace {

constexpr int kMostRedirects = 3;

void check(CURLcode code, const char* what) {
  if (code != CURLE_OK) throw InternalError(fmt::format("libcurl: {}: {}", what, curl_easy_strerror(code)));
}
void check(CURLMcode code, const char* what) {
  if (code != CURLM_OK) throw ModelError(fmt::format("libcurl: {}: {}", what, curl_multi_strerror(code)));
}

/// libcurl wants to be set up once in a process, before any thread uses it.
void set_up_curl() {
  static const CURLcode kDone = curl_global_init(CURL_GLOBAL_DEFAULT);
  check(kDone, "it cannot be set up");
}

template <typename T>
void set(CURL* easy, CURLoption option, T value, const char* what) {
  check(curl_easy_setopt(easy, option, value), what);
}

struct Transfer {
  HttpClient::Id id = 0;
  HttpCall call;
  HttpLimits limits;
  HttpReply reply;
  std::size_t header_bytes = 0;
  bool is_too_large = false;
  int redirects = 0;
  CURL* easy = nullptr;
  char error_text[CURL_ERROR_SIZE] = {};

  ~Transfer() { curl_easy_cleanup(easy); }
};

std::size_t take_body(char* bytes, std::size_t, std::size_t count, void* into) {
  auto& transfer = *static_cast<Transfer*>(into);
  if (transfer.reply.body.size() + count > transfer.limits.body_bytes) {
    transfer.is_too_large = true;
    return 0;  // ends the transfer
  }
  transfer.reply.body.append(bytes, count);
  if (transfer.call.on_bytes) transfer.call.on_bytes({bytes, count});
  return count;
}

std::size_t take_header(char*, std::size_t, std::size_t count, void* into) {
  auto& transfer = *static_cast<Transfer*>(into);
  transfer.header_bytes += count;
  transfer.is_too_large = transfer.is_too_large || transfer.header_bytes > transfer.limits.header_bytes;
  return transfer.is_too_large ? 0 : count;
}

HttpFault fault_of(CURLcode code, bool is_too_large, bool is_connected) {
  if (is_too_large) return HttpFault::kTooLarge;
  switch (code) {
    case CURLE_OK: return HttpFault::kNone;
    case CURLE_OPERATION_TIMEDOUT: return is_connected ? HttpFault::kTimeout : HttpFault::kUnreachable;
    case CURLE_COULDNT_CONNECT:
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY: return HttpFault::kUnreachable;
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_INVALIDCERTSTATUS:
    case CURLE_PEER_FAILED_VERIFICATION: return HttpFault::kTls;
    case CURLE_FILESIZE_EXCEEDED: return HttpFault::kTooLarge;
    default: return HttpFault::kCut;
  }
}

template <typename T>
T info(CURL* easy, CURLINFO what, T fallback) {
  T value = fallback;
  return curl_easy_getinfo(easy, what, &value) == CURLE_OK ? value : fallback;
}

std::string text_info(CURL* easy, CURLINFO what) {
  const char* text = info<const char*>(easy, what, nullptr);
  return text == nullptr ? "" : text;
}

}  // namespace

struct HttpClient::Transfers {
  HttpLimits limits;
  CURLM* multi = nullptr;
  curl_slist* headers = nullptr;
  std::map<CURL*, std::unique_ptr<Transfer>> running;
  Id last_id = 0;

  ~Transfers() {
    for (const auto& [easy, transfer] : running) curl_multi_remove_handle(multi, easy);
    running.clear();
    curl_multi_cleanup(multi);
    curl_slist_free_all(headers);
  }

  void add_header(const std::string& text) {
    curl_slist* longer = curl_slist_append(headers, text.c_str());
    if (longer == nullptr) throw std::bad_alloc();
    headers = longer;
  }

  void set_up(Transfer& transfer) const {
    CURL* easy = transfer.easy;
    const char* const what = "an option is refused";
    set(easy, CURLOPT_URL, transfer.call.url.c_str(), what);
    set(easy, CURLOPT_PROTOCOLS_STR, "http,https", what);
    set(easy, CURLOPT_FOLLOWLOCATION, 0L, what);
    set(easy, CURLOPT_SSL_VERIFYPEER, 1L, what);
    set(easy, CURLOPT_SSL_VERIFYHOST, 2L, what);
    set(easy, CURLOPT_NOSIGNAL, 1L, what);
    set(easy, CURLOPT_HTTPHEADER, headers, what);
    set(easy, CURLOPT_POST, 1L, what);
    set(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(transfer.call.body.size()), what);
    set(easy, CURLOPT_POSTFIELDS, transfer.call.body.c_str(), what);
    set(easy, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(limits.connect_ms), what);
    set(easy, CURLOPT_TIMEOUT_MS, static_cast<long>(limits.total_ms), what);
    set(easy, CURLOPT_MAXFILESIZE_LARGE, static_cast<curl_off_t>(limits.body_bytes), what);
    set(easy, CURLOPT_WRITEFUNCTION, take_body, what);
    set(easy, CURLOPT_WRITEDATA, &transfer, what);
    set(easy, CURLOPT_HEADERFUNCTION, take_header, what);
    set(easy, CURLOPT_HEADERDATA, &transfer, what);
    set(easy, CURLOPT_ERRORBUFFER, transfer.error_text, what);
    if (transfer.call.avoids_proxy) set(easy, CURLOPT_PROXY, "", what);
  }

  void launch(std::unique_ptr<Transfer> transfer) {
    CURL* easy = transfer->easy;
    running[easy] = std::move(transfer);
    check(curl_multi_add_handle(multi, easy), "a request cannot be started");
  }

  /// True when the reply was a redirect on the same host and the request is on its way again.
  bool follows(std::unique_ptr<Transfer>& transfer) {
    HttpReply& reply = transfer->reply;
    if (reply.fault != HttpFault::kNone || reply.status < 300 || reply.status >= 400) return false;
    const std::string target = text_info(transfer->easy, CURLINFO_REDIRECT_URL);
    if (target.empty()) return false;
    const bool is_same = origin_of(target) == origin_of(transfer->call.url);
    if (!is_same || transfer->redirects == kMostRedirects) {
      reply.fault = HttpFault::kRedirect;
      reply.fault_text = is_same ? fmt::format("more than {} redirects", kMostRedirects) : "a redirect to another host, port or scheme is not followed";
      return false;
    }
    ++transfer->redirects;
    transfer->call.url = target;
    transfer->reply = {};
    transfer->header_bytes = 0;
    set(transfer->easy, CURLOPT_URL, transfer->call.url.c_str(), "a redirect is refused");
    launch(std::move(transfer));
    return true;
  }

  static void read_outcome(Transfer& transfer, CURLcode code) {
    HttpReply& reply = transfer.reply;
    CURL* easy = transfer.easy;
    const bool is_connected = info<curl_off_t>(easy, CURLINFO_CONNECT_TIME_T, 0) > 0;
    reply.fault = fault_of(code, transfer.is_too_large, is_connected);
    if (reply.fault == HttpFault::kTooLarge) reply.fault_text = fmt::format("a reply of more than {} bytes is not taken", transfer.limits.body_bytes);
    else if (code != CURLE_OK) reply.fault_text = transfer.error_text[0] != '\0' ? transfer.error_text : curl_easy_strerror(code);
    reply.status = static_cast<int>(info<long>(easy, CURLINFO_RESPONSE_CODE, 0));
    reply.content_type = text_info(easy, CURLINFO_CONTENT_TYPE);
    reply.total_ms = static_cast<double>(info<curl_off_t>(easy, CURLINFO_TOTAL_TIME_T, 0)) / 1000;
    if (const auto seconds = info<curl_off_t>(easy, CURLINFO_RETRY_AFTER, 0); seconds > 0) reply.retry_after_ms = static_cast<double>(seconds) * 1000;
  }

  std::vector<Finished> take_finished() {
    std::vector<Finished> finished;
    int left = 0;
    while (const CURLMsg* message = curl_multi_info_read(multi, &left)) {
      if (message->msg != CURLMSG_DONE) continue;
      CURL* easy = message->easy_handle;
      const CURLcode code = message->data.result;  // gone once the handle is removed
      auto transfer = std::move(running.extract(easy).mapped());
      curl_multi_remove_handle(multi, easy);
      read_outcome(*transfer, code);
      if (!follows(transfer)) finished.push_back({transfer->id, std::move(transfer->reply)});
    }
    return finished;
  }
};

HttpClient::HttpClient(HttpLimits limits, const Secret& key) : transfers_(std::make_unique<Transfers>()) {
  set_up_curl();
  transfers_->limits = limits;
  transfers_->multi = curl_multi_init();
  if (transfers_->multi == nullptr) throw std::bad_alloc();
  transfers_->add_header("Content-Type: application/json");
  transfers_->add_header("Accept: application/json, text/event-stream");
  transfers_->add_header("Expect:");  // pictures make large bodies, and many servers leave "100-continue" unanswered for a second
  if (!key.is_empty()) transfers_->add_header(key.header());
}

HttpClient::~HttpClient() = default;

HttpClient::Id HttpClient::start(HttpCall call) {
  auto transfer = std::make_unique<Transfer>();
  transfer->id = ++transfers_->last_id;
  transfer->call = std::move(call);
  transfer->limits = transfers_->limits;
  transfer->easy = curl_easy_init();
  if (transfer->easy == nullptr) throw std::bad_alloc();
  transfers_->set_up(*transfer);
  const Id id = transfer->id;
  transfers_->launch(std::move(transfer));
  return id;
}

std::vector<HttpClient::Finished> HttpClient::wait(std::chrono::milliseconds at_most) {
  const auto until = std::chrono::steady_clock::now() + at_most;
  for (;;) {
    int still_running = 0;
    check(curl_multi_perform(transfers_->multi, &still_running), "requests cannot go on");
    auto finished = transfers_->take_finished();
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
    if (!finished.empty() || left.count() <= 0) return finished;
    check(curl_multi_poll(transfers_->multi, nullptr, 0, static_cast<int>(left.count()), nullptr), "waiting for replies");
  }
}

std::size_t HttpClient::running() const { return transfers_->running.size(); }

}  // namespace assay
