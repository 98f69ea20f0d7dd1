#pragma once
#include <chrono>
#include <string>
#include <vector>

#include "harness/ranks/connection.h"
#include "harness/ranks/crew.h"

/// How the ranks of a job come to rank 0. It invites them in a text that MPI carries; a rank that has connected says "hello SECRET RANK PROCESS", is told
/// "welcome", and says "here": one that had given up waiting, and has come a second time, is not taken for two.
namespace assay {

/// Known to the ranks of one job alone, so that nobody else who finds the port, a rank of another job say, is taken for one of them.
[[nodiscard]] std::string make_secret();

/// Where rank 0 is: "PORT SECRET ADDRESS...".
[[nodiscard]] std::string invitation_text(int port, const std::string& secret, bool only_here);

/// On rank 0: the others, by rank, as far as they come within `time`. `hosts` are the machines' names, one for each rank.
[[nodiscard]] std::vector<Crew::Member> welcome_ranks(Listener& listener, const std::string& secret, const std::vector<std::string>& hosts,
                                                      std::chrono::milliseconds time);

/// On another rank, which `is_here` on rank 0's machine or not. Throws ModelError where rank 0 has not answered within `time`.
[[nodiscard]] Connection go_to_rank_0(const std::string& invitation, bool is_here, int rank, std::chrono::milliseconds time);

}  // namespace assay
