#include "harness/ranks/job.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <optional>
#include <random>
#include <sstream>
#include <string_view>
#include <utility>
#include <vector>

#include "harness/base/error.h"
#include "harness/base/number.h"
#include "harness/hardware.h"
#include "harness/ranks/keeper.h"
#include "harness/ranks/mpi_meeting.h"

namespace assay {
namespace {

using Clock = std::chrono::steady_clock;

constexpr auto kMeetingTime = std::chrono::seconds(60);  ///< for all ranks to come to rank 0
constexpr int kGreetingMs = 5000;                        ///< for one of them to connect and be known

/// Known to the ranks of this job alone, so that nobody else who finds the port is taken for one.
std::string make_secret() {
  std::random_device device;
  std::string secret;
  for (int i = 0; i < 4; ++i) secret += fmt::format("{:08x}", device());
  return secret;
}

/// Where rank 0 is: "PORT SECRET ADDRESS...".
std::string invitation_text(int port, const std::string& secret, bool only_here) {
  std::string text = fmt::format("{} {}", port, secret);
  const auto addresses = only_here ? std::vector<std::string>{kThisMachine} : own_addresses();
  for (const auto& address : addresses) text += " " + address;
  return text;
}

/// The rank that a new connection comes from.
std::optional<int> rank_greeting(Connection& connection, const std::string& secret, const RankPlace& place) {
  std::string text;
  if (connection.receive(text, kGreetingMs) != Connection::Got::kMessage) return std::nullopt;
  std::string_view rest = text;
  const bool is_ours = take_word(rest) == "hello" && take_word(rest) == secret;
  const auto rank = parse_number<int>(rest);
  if (!is_ours || !rank || *rank < 1 || *rank >= place.size || !connection.send("welcome")) return std::nullopt;
  return rank;
}

std::unique_ptr<Crew> gather_crew(Listener& listener, const std::string& secret, const std::vector<std::string>& hosts, const RankPlace& place) {
  std::vector<Crew::Member> members;
  const auto deadline = Clock::now() + kMeetingTime;
  while (static_cast<int>(members.size()) + 1 < place.size && Clock::now() < deadline) {
    auto connection = listener.accept(kGreetingMs);
    if (!connection) continue;
    if (const auto rank = rank_greeting(*connection, secret, place)) members.push_back({*rank, hosts.at(static_cast<std::size_t>(*rank)), std::move(*connection)});
  }
  std::ranges::sort(members, {}, &Crew::Member::rank);
  return std::make_unique<Crew>(std::move(members));
}

std::optional<Connection> greet(const std::string& address, int port, const std::string& secret, int rank) {
  auto connection = connect_to(address, port, kGreetingMs);
  std::string answer;
  if (!connection || !connection->send(fmt::format("hello {} {}", secret, rank))) return std::nullopt;
  if (connection->receive(answer, kGreetingMs) != Connection::Got::kMessage || answer != "welcome") return std::nullopt;
  return connection;
}

Connection find_rank_0(const std::string& invitation, bool is_here, int rank) {
  std::istringstream words(invitation);
  int port = 0;
  std::string secret;
  words >> port >> secret;
  std::vector<std::string> addresses;
  for (std::string address; words >> address;) addresses.push_back(address);
  if (is_here) addresses.insert(addresses.begin(), kThisMachine);
  const auto deadline = Clock::now() + kMeetingTime / 2;
  do {
    for (const auto& address : addresses)
      if (auto connection = greet(address, port, secret, rank)) return std::move(*connection);
  } while (Clock::now() < deadline);
  throw ModelError(fmt::format("rank {} on {} does not reach rank 0 at port {} of {}: the ranks of a job talk to rank 0 over TCP, which a firewall between them "
                               "must let through", rank, host_name(), port, fmt::join(addresses, ", ")));
}

}  // namespace

Job::Job() = default;
Job::~Job() = default;
Job::Job(Job&&) noexcept = default;

Job Job::join() {
  Job job;
  const auto launch = find_launch([](const char* name) { return std::getenv(name); });
  if (!launch) return job;
  if (!has_mpi()) throw no_mpi_for(*launch);
  std::optional<Keeper> keeper;
  if (launch->rank > 0) keeper.emplace();
  std::optional<Listener> listener;
  std::string invitation;
  std::vector<std::string> hosts;
  const std::string secret = make_secret();
  {
    const MpiMeeting meeting;
    if (meeting.size() != launch->size) throw foreign_launcher(*launch, meeting.size());
    hosts = meeting.exchange(host_name());
    job.place_ = place_among(hosts, meeting.rank());
    const bool only_here = job.place_.local_size == job.place_.size;
    if (meeting.rank() == 0) listener.emplace(only_here);
    invitation = meeting.exchange(listener ? invitation_text(listener->port(), secret, only_here) : "").front();
  }
  if (listener) {
    job.crew_ = gather_crew(*listener, secret, hosts, job.place_);
  } else {
    job.member_ = std::make_unique<CrewMember>(find_rank_0(invitation, hosts.front() == host_name(), job.place_.rank));
    if (keeper) keeper->has_met();
  }
  return job;
}

}  // namespace assay
