#pragma once
#include <memory>
#include <string>
#include <vector>

/// All that Assay wants of MPI: which rank this process is, and how to find the others. MPI is over before the first sample, since with it a
/// rank that dies takes the others along.
namespace assay {

/// Whether this build has MPI (ASSAY_WITH_MPI).
[[nodiscard]] bool has_mpi() noexcept;

/// MPI from here to the end of the block; one a process.
class MpiMeeting {
 public:
  /// Throws ConfigError in a build without MPI.
  MpiMeeting();
  ~MpiMeeting();
  MpiMeeting(const MpiMeeting&) = delete;
  MpiMeeting& operator=(const MpiMeeting&) = delete;

  [[nodiscard]] int rank() const;
  [[nodiscard]] int size() const;
  /// Each rank brings a text and gets those of all, by rank.
  [[nodiscard]] std::vector<std::string> exchange(const std::string& text) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace assay
