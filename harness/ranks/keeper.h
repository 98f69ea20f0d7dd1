#pragma once

namespace assay {

/// Splits the process in two: one half goes on, and returns from here; the other only waits for it, hands it the signals it gets, and ends as it
/// ends. But where the first half was killed after has_met() the second ends with 0: a launcher that sees one of its processes killed ends all the
/// others, and here it is rank 0 that decides what is to become of a dead rank's work.
class Keeper {
 public:
  Keeper();
  ~Keeper();
  Keeper(const Keeper&) = delete;
  Keeper& operator=(const Keeper&) = delete;

  /// From now on rank 0 notices when this process ends.
  void has_met() const;

 private:
  int to_keeper_ = -1;
};

}  // namespace assay
