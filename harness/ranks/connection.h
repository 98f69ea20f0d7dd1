#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Short messages between the ranks of a job, over TCP: unlike MPI's, such a connection outlives neither of its ends, so each end learns at
/// once when the other is gone, and goes on.
namespace assay {

/// One end of a connection. A peer whose machine is gone without a word is found out in about 40 seconds.
class Connection {
 public:
  /// Takes over a connected stream socket.
  explicit Connection(int descriptor);
  ~Connection();
  Connection(Connection&& other) noexcept;
  Connection& operator=(Connection&& other) noexcept;

  static constexpr std::size_t kMostBytes = 1U << 20;  ///< of one message: what is longer is no word of ours

  /// False when the other end is gone. Throws InternalError for a message that is too long.
  bool send(std::string_view message);

  enum class Got { kMessage, kNothing, kClosed };
  /// The next message; waits for it at the most so long. A signal cuts the waiting short.
  Got receive(std::string& message, int wait_ms);

  [[nodiscard]] int descriptor() const noexcept { return descriptor_; }
  [[nodiscard]] bool is_open() const noexcept { return descriptor_ >= 0; }
  void close() noexcept;

 private:
  [[nodiscard]] bool take_message(std::string& message);

  int descriptor_ = -1;
  std::string received_;  ///< bytes that are no whole message yet
};

/// Takes connections on a port of its own.
class Listener {
 public:
  /// `only_here`: from this machine alone. Throws ModelError when the system has no socket for it.
  explicit Listener(bool only_here);
  ~Listener();
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  [[nodiscard]] int port() const noexcept { return port_; }
  [[nodiscard]] std::optional<Connection> accept(int wait_ms);

 private:
  int descriptor_ = -1;
  int port_ = 0;
};

/// This machine's addresses, as other machines may see it.
[[nodiscard]] std::vector<std::string> own_addresses();
inline constexpr const char* kThisMachine = "127.0.0.1";

/// Nothing when nobody answers there.
[[nodiscard]] std::optional<Connection> connect_to(const std::string& address, int port, int wait_ms);

}  // namespace assay
