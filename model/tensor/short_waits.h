#pragma once
#include <condition_variable>
#include <mutex>
#include <thread>

namespace assay {

/// While one exists, LibTorch's compute threads fall asleep soon when they wait for each other.
///
/// GNU's OpenMP spins some milliseconds at the end of every parallel region, and a model has hundreds of regions a token. On a machine that
/// others use too, a thread that spins keeps the one that it waits for from running: a run took 38 s in place of 1.5 s. OpenMP does spin
/// only briefly once it knows more threads than cores, so this keeps a second team of `cores` threads that does nothing.
/// Source   GCC libgomp/team.c, gomp_managed_threads, and libgomp/config/linux/wait.h, do_spin: gomp_throttled_spin_count_var
class ShortWaits {
 public:
  /// `cores` are those that OpenMP may use.
  explicit ShortWaits(int cores);
  ~ShortWaits();
  ShortWaits(const ShortWaits&) = delete;
  ShortWaits& operator=(const ShortWaits&) = delete;

 private:
  void hold_team(int cores);

  std::mutex mutex_;
  std::condition_variable changed_;
  bool is_ready_ = false;
  bool is_ending_ = false;
  std::thread holder_;  ///< a team belongs to the thread that made it
};

}  // namespace assay
