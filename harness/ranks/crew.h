#pragma once
#include <atomic>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "harness/ranks/connection.h"
#include "harness/ranks/messages.h"

namespace assay {

class LedgerWork;

/// How long rank 0 bears with a rank that is there and says nothing. It may have a long sample, or hang.
struct CrewPatience {
  std::chrono::milliseconds to_note = std::chrono::minutes(10);  ///< a note tells of one that has work
  std::chrono::milliseconds to_end = std::chrono::minutes(2);    ///< one that was told to end counts as gone
};

/// The other ranks of a job, as rank 0 sees them: it hands them work, hears what became of it, and takes back what a rank had that is gone.
class Crew {
 public:
  struct Member {
    int rank = 0;
    std::string host;
    Connection connection;
    std::int64_t process = 0;  ///< its number there
  };
  explicit Crew(std::vector<Member> members, CrewPatience patience = {});
  /// Tells all that are left that there is no more.
  ~Crew();
  Crew(const Crew&) = delete;
  Crew& operator=(const Crew&) = delete;

  /// How many there were at first.
  [[nodiscard]] int size() const noexcept { return static_cast<int>(seats_.size()); }

  /// Calls all to the run in `folder` and serves them from `work` in a thread of its own until finish().
  void begin(const std::filesystem::path& folder, LedgerWork& work);
  /// Ends the run for all. When this returns, what they have done is in their journals.
  void finish();
  [[nodiscard]] bool is_working() const noexcept { return is_working_; }

  /// What those of the last run took at the most, together.
  [[nodiscard]] std::int64_t peak_memory_bytes() const;

 private:
  enum class State {
    kOut,     ///< not in the run: not yet, not any more, or gone
    kCalled,  ///< has not answered: it may be loading its model
    kAsking,  ///< has work
    kIdle,    ///< waits for some
    kEnding,  ///< was told to end and writes its journal
  };
  using Clock = std::chrono::steady_clock;
  struct Seat {
    Member member;
    State state = State::kOut;
    std::int64_t peak_memory_bytes = 0;
    Clock::time_point silent_since = {};  ///< it or rank 0 spoke last
    bool is_silence_noted = false;
    void break_silence() noexcept { silent_since = Clock::now(), is_silence_noted = false; }
  };

  void serve(LedgerWork& work);
  void wait_for_words() const;
  void hear(Seat& seat, LedgerWork& work);
  void look_after(Seat& seat, LedgerWork& work);
  void heed(Seat& seat, const Message& message, LedgerWork& work);
  void conclude(const Seat& seat, const Message& message, LedgerWork& work) const;
  void hand_work(Seat& seat, LedgerWork& work);
  void end(Seat& seat, LedgerWork& work);
  void say(Seat& seat, std::string_view word, std::string_view rest, LedgerWork& work);
  void lose(Seat& seat, LedgerWork& work);

  std::vector<Seat> seats_;
  const CrewPatience patience_;
  std::int64_t run_ = 0;
  std::atomic<bool> is_finishing_ = false, is_working_ = false;
  std::thread server_;
};

/// A crew in a run, from here to the end of the block; a null crew does nothing.
class CrewAtWork {
 public:
  CrewAtWork(Crew* crew, const std::filesystem::path& folder, LedgerWork& work) : crew_(crew) {
    if (crew_ != nullptr) crew_->begin(folder, work);
  }
  ~CrewAtWork() { finish(); }
  CrewAtWork(const CrewAtWork&) = delete;
  CrewAtWork& operator=(const CrewAtWork&) = delete;
  void finish() const {
    if (crew_ != nullptr) crew_->finish();
  }

 private:
  Crew* crew_;
};

}  // namespace assay
