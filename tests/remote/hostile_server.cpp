#include "tests/remote/hostile_server.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <chrono>
#include <cstdlib>

namespace assay::testing {
namespace {

constexpr int kPollMs = 20;

bool is_readable(int socket) {
  pollfd poll_this{socket, POLLIN, 0};
  return ::poll(&poll_this, 1, kPollMs) > 0;
}

/// Until the body is whole; false for a client that went away.
bool read_request(int socket, const std::atomic<bool>& is_closing, SeenRequest& request) {
  std::string text;
  std::array<char, 65536> buffer{};
  const auto read_more = [&] {
    while (!is_closing) {
      if (!is_readable(socket)) continue;
      const auto got = ::recv(socket, buffer.data(), buffer.size(), 0);
      if (got <= 0) return false;
      text.append(buffer.data(), static_cast<std::size_t>(got));
      return true;
    }
    return false;
  };
  while (text.find("\r\n\r\n") == std::string::npos)
    if (!read_more()) return false;
  const auto head_end = text.find("\r\n\r\n");
  for (std::size_t begin = 0; begin < head_end;) {
    const auto end = text.find("\r\n", begin);
    const std::string line = text.substr(begin, end - begin);
    if (begin == 0) {
      request.target = line.substr(line.find(' ') + 1, line.rfind(' ') - line.find(' ') - 1);
    } else if (const auto colon = line.find(": "); colon != std::string::npos) {
      std::string name = line.substr(0, colon);
      std::ranges::transform(name, name.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
      request.headers[name] = line.substr(colon + 2);
    }
    begin = end + 2;
  }
  const auto length = static_cast<std::size_t>(std::strtoull(request.headers["content-length"].c_str(), nullptr, 10));
  while (text.size() < head_end + 4 + length)
    if (!read_more()) return false;
  request.body = text.substr(head_end + 4, length);
  return true;
}

}  // namespace

bool Wire::send(std::string_view bytes) const {
  while (!bytes.empty() && !is_closing_) {
    const auto sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return bytes.empty();
}

void Wire::hang() const {
  char byte = 0;
  while (!is_closing_)
    if (is_readable(socket_) && ::recv(socket_, &byte, 1, MSG_DONTWAIT) == 0) return;
}

void Wire::answer(int status, std::string_view body, const std::string& headers, std::string_view type) const {
  send(fmt::format("HTTP/1.1 {} Said\r\nContent-Type: {}\r\nContent-Length: {}\r\nConnection: close\r\n{}\r\n", status, type, body.size(), headers));
  send(body);
}

HostileServer::HostileServer(Script script) : script_(std::move(script)) {
  listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* const generic = reinterpret_cast<sockaddr*>(&address);
  if (::bind(listener_, generic, size) != 0 || ::listen(listener_, 128) != 0 || ::getsockname(listener_, generic, &size) != 0) std::abort();
  port_ = ntohs(address.sin_port);
  acceptor_ = std::jthread([this] { accept_all(); });
}

HostileServer::~HostileServer() {
  is_closing_ = true;
  acceptor_.join();
  connections_.clear();
  ::close(listener_);
}

std::string HostileServer::url(const std::string& path) const { return fmt::format("http://127.0.0.1:{}{}", port_, path); }

std::vector<SeenRequest> HostileServer::seen() const {
  const std::lock_guard lock(mutex_);
  return seen_;
}

void HostileServer::accept_all() {
  while (!is_closing_) {
    if (!is_readable(listener_)) continue;
    const int socket = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (socket >= 0) connections_.emplace_back([this, socket] { serve(socket); });
  }
}

void HostileServer::serve(int socket) {
  SeenRequest request;
  if (read_request(socket, is_closing_, request)) {
    {
      const std::lock_guard lock(mutex_);
      request.number = static_cast<int>(seen_.size());
      seen_.push_back(request);
    }
    const int now = ++at_once_;
    int most = most_at_once_;
    while (now > most && !most_at_once_.compare_exchange_weak(most, now)) {}
    script_(request, Wire(socket, is_closing_));
    --at_once_;
  }
  ::shutdown(socket, SHUT_WR);
  // Until the client has read it all: closing at once would throw away what is on its way.
  char byte = 0;
  for (int waited = 0; !is_closing_ && waited < 50; ++waited)
    if (is_readable(socket) && ::recv(socket, &byte, 1, MSG_DONTWAIT) <= 0) break;
  ::close(socket);
}

std::string chat_json(const std::string& text, const std::string& reason, const std::string& model) {
  return fmt::format(R"({{"id":"c","object":"chat.completion","model":"{}","choices":[{{"index":0,"message":{{"role":"assistant","content":"{}"}},)"
                     R"("finish_reason":"{}"}}],"usage":{{"prompt_tokens":12,"completion_tokens":3,"total_tokens":15}}}})", model, text, reason);
}

std::string chat_event(const std::string& text, const std::string& reason) {
  const std::string finish = reason.empty() ? "null" : fmt::format("\"{}\"", reason);
  return fmt::format("data: {{\"model\":\"m\",\"choices\":[{{\"index\":0,\"delta\":{{\"content\":\"{}\"}},\"finish_reason\":{}}}]}}\n\n", text, finish);
}

}  // namespace assay::testing
