#include "harness/ranks/greeting.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <random>
#include <sstream>
#include <string_view>
#include <thread>
#include <utility>

#include "harness/base/error.h"
#include "harness/base/number.h"
#include "harness/hardware.h"
#include "harness/ranks/messages.h"

namespace assay {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kGreetingMs = 5000;  ///< for a rank to be answered; whoever has connected to rank 0 has twice as long
constexpr int kLookEveryMs = 10;   ///< at what those say who have connected
constexpr auto kTryAgainAfter = std::chrono::milliseconds(100);

/// Who has connected to rank 0 and may be a rank.
struct Guest {
  Crew::Member member;
  Clock::time_point leaves;
  bool is_welcomed = false;
};

/// A rank of ours says its number and its process.
bool take_hello(std::string_view text, const std::string& secret, int ranks, Crew::Member& member) {
  if (take_word(text) != "hello" || take_word(text) != secret) return false;
  const auto rank = parse_number<int>(take_word(text));
  const auto process = parse_number<std::int64_t>(take_word(text));
  if (!rank || !process || *rank < 1 || *rank >= ranks) return false;
  member.rank = *rank;
  member.process = *process;
  return true;
}

enum class Stay { kWaits, kIsHere, kLeaves };

Stay look_at(Guest& guest, const std::string& secret, int ranks) {
  Connection& connection = guest.member.connection;
  std::string text;
  const auto got = connection.receive(text, 0);
  if (got == Connection::Got::kNothing) return Clock::now() < guest.leaves ? Stay::kWaits : Stay::kLeaves;
  if (got == Connection::Got::kClosed) return Stay::kLeaves;
  if (guest.is_welcomed) return text == "here" ? Stay::kIsHere : Stay::kLeaves;
  guest.is_welcomed = take_hello(text, secret, ranks, guest.member) && connection.send("welcome");
  return guest.is_welcomed ? Stay::kWaits : Stay::kLeaves;
}

bool has_rank(const std::vector<Crew::Member>& members, int rank) {
  return std::ranges::any_of(members, [rank](const Crew::Member& member) { return member.rank == rank; });
}

std::optional<Connection> greet(const std::string& address, int port, const std::string& secret, int rank) {
  auto connection = connect_to(address, port, kGreetingMs);
  std::string answer;
  if (!connection || !connection->send(fmt::format("hello {} {} {}", secret, rank, ::getpid()))) return std::nullopt;
  if (connection->receive(answer, kGreetingMs) != Connection::Got::kMessage || answer != "welcome" || !connection->send("here")) return std::nullopt;
  return connection;
}

}  // namespace

std::string make_secret() {
  std::random_device device;
  std::string secret;
  for (int i = 0; i < 4; ++i) secret += fmt::format("{:08x}", device());
  return secret;
}

std::string invitation_text(int port, const std::string& secret, bool only_here) {
  std::string text = fmt::format("{} {}", port, secret);
  const auto addresses = only_here ? std::vector<std::string>{kThisMachine} : own_addresses();
  for (const auto& address : addresses) text += " " + address;
  return text;
}

std::vector<Crew::Member> welcome_ranks(Listener& listener, const std::string& secret, const std::vector<std::string>& hosts, std::chrono::milliseconds time) {
  std::vector<Crew::Member> members;
  std::vector<Guest> guests;
  const auto until = Clock::now() + time;
  while (members.size() + 1 < hosts.size() && Clock::now() < until) {
    if (auto connection = listener.accept(kLookEveryMs))
      guests.push_back({{0, "", std::move(*connection)}, Clock::now() + 2 * std::chrono::milliseconds(kGreetingMs)});
    for (auto guest = guests.begin(); guest != guests.end();) {
      const Stay stay = look_at(*guest, secret, static_cast<int>(hosts.size()));
      if (stay == Stay::kIsHere && !has_rank(members, guest->member.rank)) {
        guest->member.host = hosts[static_cast<std::size_t>(guest->member.rank)];
        members.push_back(std::move(guest->member));
      }
      guest = stay == Stay::kWaits ? guest + 1 : guests.erase(guest);
    }
  }
  std::ranges::sort(members, {}, &Crew::Member::rank);
  return members;
}

Connection go_to_rank_0(const std::string& invitation, bool is_here, int rank, std::chrono::milliseconds time) {
  std::istringstream words(invitation);
  int port = 0;
  std::string secret;
  words >> port >> secret;
  std::vector<std::string> addresses;
  for (std::string address; words >> address;) addresses.push_back(address);
  if (is_here) addresses.insert(addresses.begin(), kThisMachine);
  for (const auto until = Clock::now() + time; Clock::now() < until; std::this_thread::sleep_for(kTryAgainAfter))
    for (const auto& address : addresses)
      if (auto connection = greet(address, port, secret, rank)) return std::move(*connection);
  throw ModelError(fmt::format("rank {} on {} does not reach rank 0 at port {} of {}: the ranks of a job talk to rank 0 over TCP, which a firewall between them "
                               "must let through", rank, host_name(), port, fmt::join(addresses, ", ")));
}

}  // namespace assay
