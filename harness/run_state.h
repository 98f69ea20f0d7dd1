#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "harness/journal.h"
#include "harness/plan.h"

namespace assay {

/// A turn of a dialogue that has been replied to.
struct PastTurn {
  RecordPlace place;
  SampleState state = SampleState::kScored;  ///< of the reply alone
  std::string reply;
};

/// What the journals of a run already hold of a plan.
struct RunState {
  struct Entry {
    bool is_done = false;
    bool is_failed = false;
    RecordPlace place;              ///< of the record that finished it
    std::vector<PastTurn> earlier;  ///< of a dialogue: the turns before that one, or so far
  };
  std::vector<std::vector<Entry>> entries;  ///< one list per planned benchmark, one entry per planned sample
  std::vector<std::string> notes;           ///< damaged lines, records that no longer fit
  std::int64_t done = 0;
  std::int64_t failed = 0;
};

/// Reads the journals. Of several records for one sample, or for one turn of a dialogue, the last one counts, and a turn only behind all turns before it;
/// a record counts only while its content key still fits. A dialogue that has ended well stays so, whatever another process had begun of it.
[[nodiscard]] RunState read_state(const Plan& plan, const JournalFiles& journals);

/// Takes failed samples back to not done. The turns of a dialogue before the one that failed stay.
void forget_failures(RunState& state);

}  // namespace assay
