#pragma once
#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "remote/endpoint.h"

namespace assay::testing {

struct SeenRequest {
  std::string target;  ///< "/v1/chat/completions"
  std::map<std::string, std::string> headers;  ///< names in small letters
  std::string body;
  int number = 0;  ///< from 0, in the order of arrival
};

/// The line to one client. What it is told goes out as it is: a server may lie, stall and break off.
class Wire {
 public:
  Wire(int socket, const std::atomic<bool>& is_closing) : socket_(socket), is_closing_(is_closing) {}
  /// False once the client has gone.
  bool send(std::string_view bytes) const;
  /// Says nothing until the client goes or the server ends.
  void hang() const;
  /// A whole response.
  void answer(int status, std::string_view body, const std::string& headers = "", std::string_view type = "application/json") const;

 private:
  int socket_;
  const std::atomic<bool>& is_closing_;
};

/// An HTTP server on a loopback port of its own, one thread and one request a connection. It does what the test's script says, which any number of
/// threads call at once.
class HostileServer {
 public:
  using Script = std::function<void(const SeenRequest&, const Wire&)>;
  explicit HostileServer(Script script);
  ~HostileServer();
  HostileServer(const HostileServer&) = delete;
  HostileServer& operator=(const HostileServer&) = delete;

  [[nodiscard]] std::string url(const std::string& path = "/v1") const;
  [[nodiscard]] Endpoint endpoint(const std::string& model = "m") const { return parse_endpoint("openai:" + url() + "#" + model); }
  [[nodiscard]] std::vector<SeenRequest> seen() const;
  [[nodiscard]] int most_at_once() const { return most_at_once_; }

 private:
  void accept_all();
  void serve(int socket);

  Script script_;
  int listener_ = -1;
  int port_ = 0;
  std::atomic<bool> is_closing_ = false;
  std::atomic<int> at_once_ = 0, most_at_once_ = 0;
  mutable std::mutex mutex_;
  std::vector<SeenRequest> seen_;
  std::vector<std::jthread> connections_;
  std::jthread acceptor_;
};

/// As an endpoint writes a reply.
[[nodiscard]] std::string chat_json(const std::string& text, const std::string& reason = "stop", const std::string& model = "m");
/// One event of a stream: a piece of text, or with `reason` the end.
[[nodiscard]] std::string chat_event(const std::string& text, const std::string& reason = "");

}  // namespace assay::testing
