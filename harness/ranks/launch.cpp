#include "harness/ranks/launch.h"

#include <algorithm>
#include <string_view>

#include "harness/base/number.h"

namespace assay {
namespace {

struct Launcher {
  const char *name, *size, *rank;
};

constexpr const char* kSlurm = "srun";

/// The first whose variables are there counts: Open MPI may itself have been started by Slurm's.
constexpr Launcher kLaunchers[] = {
    {"mpirun of Open MPI", "OMPI_COMM_WORLD_SIZE", "OMPI_COMM_WORLD_RANK"},
    {"an MPI's launcher", "PMI_SIZE", "PMI_RANK"},
    // Not SLURM_NTASKS, which a batch script has too, where srun has started nothing yet.
    {kSlurm, "SLURM_STEP_NUM_TASKS", "SLURM_PROCID"},
};

std::optional<int> number_in(const Variable& variable, const char* name) {
  const char* text = variable(name);
  return text == nullptr ? std::nullopt : parse_number<int>(text);
}

/// `why` goes on from what was started, and ends as a sentence does.
ConfigError refusal(const Launch& launch, std::string_view why) {
  return ConfigError(fmt::format("{} has started {} processes ({}){} If this is meant to be a run by itself, unset {} before it", launch.by, launch.size, launch.variable,
                                 why, launch.variable));
}

}  // namespace

std::optional<Launch> find_launch(const Variable& variable) {
  for (const Launcher& launcher : kLaunchers) {
    const auto size = number_in(variable, launcher.size), rank = number_in(variable, launcher.rank);
    if (!size || !rank) continue;
    if (*size < 2) return std::nullopt;
    return Launch{launcher.name, launcher.size, *rank, *size};
  }
  return std::nullopt;
}

ConfigError no_mpi_for(const Launch& launch) {
  return refusal(launch, ", and this build has no MPI: each of them would do the whole run. Install libboost-mpi-dev and openmpi-bin and configure with "
                         "-DASSAY_WITH_MPI=ON, or start one process.");
}

ConfigError foreign_launcher(const Launch& launch, int seen) {
  return refusal(launch, fmt::format(", but the MPI that this build was made with sees {}: start it with that MPI's own mpirun, or with srun --mpi=pmix.", seen));
}

bool cannot_meet(const Launch& launch, const Variable& variable) { return launch.by == kSlurm && variable("PMIX_RANK") == nullptr; }

ConfigError no_meeting(const Launch& launch) {
  return refusal(launch, " that cannot find one another: add --mpi=pmix to srun (srun --mpi=list says whether this Slurm has it), or start them with mpirun.");
}

RankPlace place_among(const std::vector<std::string>& hosts, int rank) {
  const std::string& here = hosts.at(static_cast<std::size_t>(rank));
  RankPlace place{rank, static_cast<int>(hosts.size()), 0, 0};
  place.local_rank = static_cast<int>(std::count(hosts.begin(), hosts.begin() + rank, here));
  place.local_size = static_cast<int>(std::count(hosts.begin(), hosts.end(), here));
  return place;
}

int threads_for(int asked, int cores, int usable_cores, const RankPlace& place) {
  return asked > 0 ? asked : std::max(1, std::min(usable_cores, cores / place.local_size));
}

std::string device_for(const std::string& device, const char* visible, const RankPlace& place) {
  if (device != "cuda" || place.size == 1) return device;
  const std::string_view list = visible == nullptr ? "" : visible;
  if (list.empty()) return fmt::format("cuda:{}", place.local_rank);
  const auto count = static_cast<int>(std::ranges::count(list, ',')) + 1;
  return fmt::format("cuda:{}", place.local_rank % count);
}

}  // namespace assay
