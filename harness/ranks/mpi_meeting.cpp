#include "harness/ranks/mpi_meeting.h"

#include <boost/mpi/collectives/all_gather.hpp>
#include <boost/mpi/communicator.hpp>
#include <boost/mpi/environment.hpp>
#include <boost/serialization/string.hpp>

namespace assay {

struct MpiMeeting::State {
  boost::mpi::environment environment{false};  // false: an error of ours is told by us and not by MPI_Abort
  boost::mpi::communicator world;
};

bool has_mpi() noexcept { return true; }

MpiMeeting::MpiMeeting() : state_(std::make_unique<State>()) {}
MpiMeeting::~MpiMeeting() = default;

int MpiMeeting::rank() const { return state_->world.rank(); }
int MpiMeeting::size() const { return state_->world.size(); }

std::vector<std::string> MpiMeeting::exchange(const std::string& text) const {
  std::vector<std::string> texts;
  boost::mpi::all_gather(state_->world, text, texts);
  return texts;
}

}  // namespace assay
