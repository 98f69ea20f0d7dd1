#pragma once
#include <memory>
#include <string>

#include "harness/ranks/crew.h"
#include "harness/ranks/crew_member.h"
#include "harness/ranks/launch.h"

namespace assay {

/// What this process is part of: a run by itself, or one rank of the several that mpirun or srun started.
class Job {
 public:
  /// By itself.
  Job();
  ~Job();
  Job(Job&&) noexcept;
  Job& operator=(Job&&) = delete;

  /// Meets the other ranks, where a launcher started any. Ranks other than 0 go on in a child process (Keeper). To be called before there are threads.
  ///
  /// Throws   ConfigError where this build cannot meet those that were started; ModelError where rank 0 cannot be reached
  [[nodiscard]] static Job join();

  [[nodiscard]] const RankPlace& place() const noexcept { return place_; }
  /// The others, on rank 0; null where there are none.
  [[nodiscard]] Crew* crew() const noexcept { return crew_.get(); }
  /// What ties any other rank to rank 0; null on rank 0.
  [[nodiscard]] CrewMember* member() const noexcept { return member_.get(); }

 private:
  RankPlace place_;
  std::unique_ptr<Crew> crew_;
  std::unique_ptr<CrewMember> member_;
};

}  // namespace assay
