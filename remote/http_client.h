#pragma once
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "remote/secret.h"

namespace assay {

/// What an endpoint may cost us at the most.
struct HttpLimits {
  std::int64_t connect_ms = 15'000;
  std::int64_t total_ms = 600'000;  ///< of one transfer, from connecting to the last byte
  std::size_t body_bytes = std::size_t{16} << 20;
  std::size_t header_bytes = std::size_t{64} << 10;
};

/// A POST of JSON.
struct HttpCall {
  std::string url;
  std::string body;
  bool avoids_proxy = false;
  std::function<void(std::string_view)> on_bytes;  ///< pieces of the reply's body as they come; may be empty
};

/// What went wrong below the meaning of a status.
enum class HttpFault {
  kNone,
  kUnreachable,  ///< no connection: the name, the port
  kTls,          ///< a certificate that does not hold, or no common cipher
  kTimeout,
  kCut,       ///< the connection ended before the reply did
  kTooLarge,  ///< more bytes than the limits allow
  kRedirect   ///< it sends us to another host
};

struct HttpReply {
  HttpFault fault = HttpFault::kNone;
  std::string fault_text;  ///< libcurl's or our words; never a part of the reply
  int status = 0;
  std::string content_type;
  std::string body;             ///< as it came: it may hold the key, see Secret
  double retry_after_ms = -1;   ///< the header Retry-After, seconds or a date; -1: there is none
  double total_ms = 0;
};

/// Many transfers at once on libcurl, driven by the thread that calls wait(). Certificates are checked, only http and https are spoken, a
/// redirect is followed on the same scheme, host and port and nowhere else, and nothing is unpacked. It tries everything once.
class HttpClient {
 public:
  using Id = std::uint64_t;
  struct Finished {
    Id id = 0;
    HttpReply reply;
  };

  HttpClient(HttpLimits limits, const Secret& key);
  ~HttpClient();  ///< ends what is under way
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  Id start(HttpCall call);
  /// Moves bytes until something has finished or the time is over.
  [[nodiscard]] std::vector<Finished> wait(std::chrono::milliseconds at_most);
  [[nodiscard]] std::size_t running() const;

 private:
  struct Transfers;
  std::unique_ptr<Transfers> transfers_;
};

}  // namespace assay
