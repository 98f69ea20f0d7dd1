#include "harness/base/error.h"
#include "harness/ranks/mpi_meeting.h"

namespace assay {

struct MpiMeeting::State {};

bool has_mpi() noexcept { return false; }

MpiMeeting::MpiMeeting() { throw ConfigError("this build has no MPI; configure with -DASSAY_WITH_MPI=ON"); }
MpiMeeting::~MpiMeeting() = default;

int MpiMeeting::rank() const { return 0; }
int MpiMeeting::size() const { return 1; }
std::vector<std::string> MpiMeeting::exchange(const std::string& text) const { return {text}; }

}  // namespace assay
