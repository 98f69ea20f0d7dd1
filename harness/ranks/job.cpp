#include "harness/ranks/job.h"

#include <chrono>
#include <cstdlib>
#include <optional>
#include <string>
#include <vector>

#include "harness/hardware.h"
#include "harness/ranks/greeting.h"
#include "harness/ranks/keeper.h"
#include "harness/ranks/mpi_meeting.h"

namespace assay {
namespace {

constexpr auto kMeetingTime = std::chrono::seconds(60);  ///< for all ranks to come to rank 0; each tries for half of it

}  // namespace

Job::Job() = default;
Job::~Job() = default;
Job::Job(Job&&) noexcept = default;

Job Job::join() {
  Job job;
  const Variable variable = [](const char* name) { return std::getenv(name); };
  const auto launch = find_launch(variable);
  if (!launch) return job;
  if (!has_mpi()) throw no_mpi_for(*launch);
  if (cannot_meet(*launch, variable)) throw no_meeting(*launch);
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
    job.crew_ = std::make_unique<Crew>(welcome_ranks(*listener, secret, hosts, kMeetingTime));
  } else {
    job.member_ = std::make_unique<CrewMember>(go_to_rank_0(invitation, hosts.front() == host_name(), job.place_.rank, kMeetingTime / 2));
    if (keeper) keeper->has_met();
  }
  return job;
}

}  // namespace assay
