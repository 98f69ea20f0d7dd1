#pragma once
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "harness/base/error.h"

/// What started this process, and where that puts it among its like.
namespace assay {

/// A launcher that started several processes of one program, as its environment variables tell.
struct Launch {
  std::string by;        ///< "mpirun of Open MPI"
  std::string variable;  ///< the one that says how many
  int rank = 0;
  int size = 0;  ///< 2 or more
};

using Variable = std::function<const char*(const char* name)>;

/// Nothing for a process that was started by itself.
[[nodiscard]] std::optional<Launch> find_launch(const Variable& variable);

/// For a build that cannot take part: N processes would each do the whole run.
[[nodiscard]] ConfigError no_mpi_for(const Launch& launch);
/// For an MPI that sees another number of processes than the launcher started: it is another MPI's launcher.
[[nodiscard]] ConfigError foreign_launcher(const Launch& launch, int seen);

/// Whether srun started these processes without a service by which they can find one another: MPI would end each with a page of its own.
[[nodiscard]] bool cannot_meet(const Launch& launch, const Variable& variable);
[[nodiscard]] ConfigError no_meeting(const Launch& launch);

/// A process among those of one job.
struct RankPlace {
  int rank = 0, size = 1;
  int local_rank = 0, local_size = 1;  ///< among those on the same machine
};

/// By the machines' names, one for each rank.
[[nodiscard]] RankPlace place_among(const std::vector<std::string>& hosts, int rank);

/// Compute threads of one process: what was asked for, or else an equal share of the machine's cores, and no more than it may use.
[[nodiscard]] int threads_for(int asked, int cores, int usable_cores, const RankPlace& place);

/// "cuda" becomes the local rank's GPU, "cuda:1", in turns where there are fewer; others stay as they are. `visible` is CUDA_VISIBLE_DEVICES, or null.
[[nodiscard]] std::string device_for(const std::string& device, const char* visible, const RankPlace& place);

}  // namespace assay
