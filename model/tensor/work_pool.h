#pragma once
#include <array>
#include <atomic>
#include <cstdint>
#include <exception>
#include <functional>
#include <mutex>

namespace assay {

/// Threads that help with pieces of work. Each begins with the same stretch of the pieces every time, so that it finds in its core's caches what it wrote there in the region before,
/// and then takes what is left of others'. Whoever is awake takes the next piece, and the caller waits for pieces that somebody has begun, never for a thread
/// that has still to wake up or that the machine has taken the core from: so a region of twenty microseconds, of which a model has hundreds a token, costs
/// no more than if the caller did it alone, and a machine that others use too slows one piece instead of half of the work.
///
/// Idle helpers look for work for a moment, then sleep. They never end: the pool lives as long as the process.
class WorkPool {
 public:
  using Work = std::function<void(std::int64_t begin, std::int64_t end)>;

  /// The process's own.
  static WorkPool& shared();

  /// Calls work on parts of 0 .. count, by up to `threads` threads, the caller among them, and waits for all of them. In a helper, or while another thread's
  /// work is under way, the caller does all of it. An exception from `work` is thrown here once the other pieces are done.
  void run(std::int64_t count, int threads, const Work& work);

 private:
  void add_helpers(int count);
  [[noreturn]] void help(int index);
  /// Those of one stretch after the other, the `own` first.
  void take_pieces(std::uint32_t job, int own);
  /// False once the job is another.
  bool take_stretch(std::uint32_t job, int stretch);
  void do_piece(const Work& work, std::int64_t count, std::int64_t piece, std::int64_t pieces);
  void wait_for(std::int64_t pieces);

  std::mutex running_;   ///< held by the caller whose work it is
  int helper_count_ = 0;
  std::uint32_t job_ = 0;
  std::atomic<std::uint32_t> announced_{0};  ///< the newest job; helpers sleep on it
  struct alignas(64) Ticket {
    std::atomic<std::uint64_t> next{0};  ///< job << 32 | next piece of a stretch; a claim is an exchange, so that it fails once the job has changed
  };
  static constexpr int kMostStretches = 64;
  std::array<Ticket, kMostStretches> tickets_;
  std::atomic<const Work*> work_{nullptr};
  std::atomic<std::int64_t> count_{0}, pieces_{0}, done_{0};
  std::atomic<int> wanted_helpers_{0}, stretches_{1};
  std::mutex error_mutex_;
  std::exception_ptr error_;
};

}  // namespace assay
