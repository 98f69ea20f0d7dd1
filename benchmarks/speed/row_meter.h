#pragma once
#include <benchmark/benchmark.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

/// What the machine can say of a row besides its time.
namespace assay {

/// Instructions that this process has retired in user space since open(), its threads' included, by Linux' perf_event.
class InstructionCounter {
 public:
  /// Counts threads that start afterwards: call it before any does.
  void open();
  [[nodiscard]] std::optional<std::int64_t> read() const;
  [[nodiscard]] const std::string& problem() const { return problem_; }  ///< why nothing is counted; empty: it is

 private:
  int file_ = -1;
  std::string problem_ = "not opened";
};

[[nodiscard]] InstructionCounter& instruction_counter();

/// Resident memory of this process, as /proc/self/status has it.
struct ResidentMemory {
  std::int64_t now_bytes = 0;
  std::int64_t peak_bytes = 0;  ///< since the last reset_peak_memory()
};
[[nodiscard]] ResidentMemory resident_memory();
/// False where the kernel does not let us.
bool reset_peak_memory();

/// From where it is made to report(): the counter `instructions`, of an iteration. Left out where the machine does not tell.
class RowMeter {
 public:
  RowMeter() : instructions_(instruction_counter().read()), begin_(std::chrono::steady_clock::now()) {}
  void report(benchmark::State& state) const;
  [[nodiscard]] double seconds() const { return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin_).count(); }

 private:
  std::optional<std::int64_t> instructions_;
  std::chrono::steady_clock::time_point begin_;
};

/// Of `work`, once.
[[nodiscard]] double seconds_of(const std::function<void()>& work);

/// Runs `pass` once and tells the most resident memory above what was there before, in bytes; free heap goes back to the system first. Nothing where the
/// machine does not tell.
[[nodiscard]] std::optional<std::int64_t> memory_of(const std::function<void()>& pass);

/// The counter `peak_MB`: memory_of(pass), run and measured once a process and `row`, outside of any clock.
void report_memory(benchmark::State& state, const std::string& row, const std::function<void()>& pass);
void report_memory(benchmark::State& state, std::optional<std::int64_t> bytes);

}  // namespace assay
