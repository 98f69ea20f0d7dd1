#include "harness/ranks/connection.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <utility>

#include "harness/base/error.h"

namespace assay {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr std::size_t kLengthBytes = 4;

void set_option(int descriptor, int level, int name, int value) { ::setsockopt(descriptor, level, name, &value, sizeof value); }

/// Sockets that are none of TCP's (tests) take only some of it.
void configure(int descriptor) {
  ::fcntl(descriptor, F_SETFD, FD_CLOEXEC);
  set_option(descriptor, IPPROTO_TCP, TCP_NODELAY, 1);
  set_option(descriptor, SOL_SOCKET, SO_KEEPALIVE, 1);
  set_option(descriptor, IPPROTO_TCP, TCP_KEEPIDLE, 10);   // seconds
  set_option(descriptor, IPPROTO_TCP, TCP_KEEPINTVL, 5);   // seconds
  set_option(descriptor, IPPROTO_TCP, TCP_KEEPCNT, 6);
  set_option(descriptor, IPPROTO_TCP, TCP_USER_TIMEOUT, 40'000);  // milliseconds
}

bool is_ready(int descriptor, short events, int wait_ms) {
  pollfd waiting{descriptor, events, 0};
  return ::poll(&waiting, 1, wait_ms) > 0;
}

std::string numeric_address(const sockaddr& address) {
  const socklen_t size = address.sa_family == AF_INET6 ? sizeof(sockaddr_in6) : sizeof(sockaddr_in);
  std::array<char, NI_MAXHOST> text{};
  return ::getnameinfo(&address, size, text.data(), text.size(), nullptr, 0, NI_NUMERICHOST) == 0 ? text.data() : "";
}

bool finish_connecting(int descriptor, int wait_ms) {
  if (!is_ready(descriptor, POLLOUT, wait_ms)) return false;
  int error = 0;
  socklen_t size = sizeof error;
  return ::getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &error, &size) == 0 && error == 0;
}

}  // namespace

Connection::Connection(int descriptor) : descriptor_(descriptor) { configure(descriptor); }
Connection::~Connection() { close(); }
Connection::Connection(Connection&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)), received_(std::move(other.received_)) {}
Connection& Connection::operator=(Connection&& other) noexcept {
  close();
  descriptor_ = std::exchange(other.descriptor_, -1);
  received_ = std::move(other.received_);
  return *this;
}

void Connection::close() noexcept {
  if (descriptor_ >= 0) ::close(descriptor_);
  descriptor_ = -1;
}

bool Connection::send(std::string_view message) {
  if (message.size() > kMostBytes) throw InternalError(fmt::format("a rank has {} bytes to say to another at once; {} is the most", message.size(), kMostBytes));
  const std::uint32_t length = htonl(static_cast<std::uint32_t>(message.size()));
  std::string bytes(kLengthBytes, '\0');
  std::memcpy(bytes.data(), &length, kLengthBytes);
  bytes += message;
  for (std::size_t done = 0; done < bytes.size();) {
    const auto sent = ::send(descriptor_, bytes.data() + done, bytes.size() - done, MSG_NOSIGNAL);
    if (sent < 0 && errno != EINTR) return false;
    if (sent > 0) done += static_cast<std::size_t>(sent);
  }
  return true;
}

bool Connection::take_message(std::string& message) {
  if (received_.size() < kLengthBytes) return false;
  std::uint32_t length = 0;
  std::memcpy(&length, received_.data(), kLengthBytes);
  length = ntohl(length);
  if (length > kMostBytes) close();
  if (length > kMostBytes || received_.size() < kLengthBytes + length) return false;
  message = received_.substr(kLengthBytes, length);
  received_.erase(0, kLengthBytes + length);
  return true;
}

Connection::Got Connection::receive(std::string& message, int wait_ms) {
  const auto until = Clock::now() + milliseconds(wait_ms);
  while (is_open()) {
    if (take_message(message)) return Got::kMessage;
    const auto left = std::max(std::chrono::ceil<milliseconds>(until - Clock::now()), milliseconds(0));  // a message may come in bits
    if (!is_open() || !is_ready(descriptor_, POLLIN, static_cast<int>(left.count()))) break;
    std::array<char, 65536> buffer;
    const auto got = ::recv(descriptor_, buffer.data(), buffer.size(), 0);
    if (got > 0) received_.append(buffer.data(), static_cast<std::size_t>(got));
    else if (got == 0 || (errno != EINTR && errno != EAGAIN)) close();
  }
  return is_open() ? Got::kNothing : Got::kClosed;
}

Listener::Listener(bool only_here) : descriptor_(::socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  const bool has_ipv6 = descriptor_ >= 0 && !only_here;
  if (!has_ipv6) {
    if (descriptor_ >= 0) ::close(descriptor_);
    descriptor_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  }
  sockaddr_in6 six{};
  six.sin6_family = AF_INET6;
  six.sin6_addr = in6addr_any;
  sockaddr_in four{};
  four.sin_family = AF_INET;
  four.sin_addr.s_addr = htonl(only_here ? INADDR_LOOPBACK : INADDR_ANY);
  if (has_ipv6) set_option(descriptor_, IPPROTO_IPV6, IPV6_V6ONLY, 0);  // takes IPv4 too
  const int bound = has_ipv6 ? ::bind(descriptor_, reinterpret_cast<const sockaddr*>(&six), sizeof six)     // NOLINT: the system's way
                             : ::bind(descriptor_, reinterpret_cast<const sockaddr*>(&four), sizeof four);  // NOLINT
  sockaddr_storage own{};
  socklen_t size = sizeof own;
  if (bound != 0 || ::listen(descriptor_, SOMAXCONN) != 0 || ::getsockname(descriptor_, reinterpret_cast<sockaddr*>(&own), &size) != 0)  // NOLINT
    throw ModelError(fmt::format("rank 0 cannot listen for the other ranks: {}", std::strerror(errno)));
  port_ = ntohs(own.ss_family == AF_INET6 ? reinterpret_cast<const sockaddr_in6&>(own).sin6_port : reinterpret_cast<const sockaddr_in&>(own).sin_port);  // NOLINT
}

Listener::~Listener() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

std::optional<Connection> Listener::accept(int wait_ms) {
  if (!is_ready(descriptor_, POLLIN, wait_ms)) return std::nullopt;
  const int descriptor = ::accept4(descriptor_, nullptr, nullptr, SOCK_CLOEXEC);
  if (descriptor < 0) return std::nullopt;
  return Connection(descriptor);
}

std::vector<std::string> own_addresses() {
  std::vector<std::string> addresses;
  ifaddrs* list = nullptr;
  if (::getifaddrs(&list) != 0) return addresses;
  for (const ifaddrs* one = list; one != nullptr; one = one->ifa_next) {
    if (one->ifa_addr == nullptr || (one->ifa_flags & IFF_LOOPBACK) != 0 || (one->ifa_flags & IFF_UP) == 0) continue;
    if (one->ifa_addr->sa_family != AF_INET && one->ifa_addr->sa_family != AF_INET6) continue;
    const std::string text = numeric_address(*one->ifa_addr);
    if (!text.empty() && text.find('%') == std::string::npos) addresses.push_back(text);  // "%eth0": of that link alone
  }
  ::freeifaddrs(list);
  return addresses;
}

std::optional<Connection> connect_to(const std::string& address, int port, int wait_ms) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV;
  addrinfo* found = nullptr;
  if (::getaddrinfo(address.c_str(), std::to_string(port).c_str(), &hints, &found) != 0) return std::nullopt;
  const int descriptor = ::socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  const bool is_begun = descriptor >= 0 && (::connect(descriptor, found->ai_addr, found->ai_addrlen) == 0 || errno == EINPROGRESS);
  ::freeaddrinfo(found);
  if (is_begun && finish_connecting(descriptor, wait_ms)) {
    ::fcntl(descriptor, F_SETFL, ::fcntl(descriptor, F_GETFL) & ~O_NONBLOCK);
    return Connection(descriptor);
  }
  if (descriptor >= 0) ::close(descriptor);
  return std::nullopt;
}

}  // namespace assay
