#include "benchmarks/speed/row_meter.h"

#include <linux/perf_event.h>
#include <malloc.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <cstdlib>
#include <fstream>
#include <map>

/// tcmalloc's, where that is linked in.
extern "C" [[gnu::weak]] void MallocExtension_ReleaseFreeMemory();

namespace assay {
namespace {

/// Back to the system, from whichever allocator the program has.
void release_free_memory() {
  if (MallocExtension_ReleaseFreeMemory != nullptr) MallocExtension_ReleaseFreeMemory();
  ::malloc_trim(0);
}

/// "VmHWM:      1234 kB"
std::int64_t kilobytes_in(const std::string& line) {
  const auto digits = line.find_first_of("0123456789");
  return digits == std::string::npos ? 0 : std::strtoll(line.c_str() + digits, nullptr, 10);
}

}  // namespace

void InstructionCounter::open() {
  perf_event_attr asked{};
  asked.size = sizeof asked;
  asked.type = PERF_TYPE_HARDWARE;
  asked.config = PERF_COUNT_HW_INSTRUCTIONS;
  asked.inherit = 1;
  asked.exclude_kernel = asked.exclude_hv = 1;  // what perf_event_paranoid 2 still allows
  file_ = static_cast<int>(::syscall(SYS_perf_event_open, &asked, 0, -1, -1, PERF_FLAG_FD_CLOEXEC));
  problem_ = file_ >= 0 ? "" : std::string("perf_event_open: ") + std::strerror(errno);
}

std::optional<std::int64_t> InstructionCounter::read() const {
  std::int64_t count = 0;
  if (file_ < 0 || ::read(file_, &count, sizeof count) != sizeof count) return std::nullopt;
  return count;
}

InstructionCounter& instruction_counter() {
  static InstructionCounter counter;
  return counter;
}

ResidentMemory resident_memory() {
  ResidentMemory memory;
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmRSS:")) memory.now_bytes = kilobytes_in(line) * 1024;
    if (line.starts_with("VmHWM:")) memory.peak_bytes = kilobytes_in(line) * 1024;
  }
  return memory;
}

bool reset_peak_memory() {
  std::ofstream file("/proc/self/clear_refs");
  file << "5" << std::flush;  // Documentation/filesystems/proc.rst: "reset the peak resident set size"
  return file.good();
}

void RowMeter::report(benchmark::State& state) const {
  const auto instructions = instruction_counter().read();
  if (instructions && instructions_ && state.iterations() > 0)
    state.counters["instructions"] = static_cast<double>(*instructions - *instructions_) / static_cast<double>(state.iterations());
}

double seconds_of(const std::function<void()>& work) {
  const auto begin = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

std::optional<std::int64_t> memory_of(const std::function<void()>& pass) {
  release_free_memory();
  const bool is_known = reset_peak_memory();
  const auto before = resident_memory().now_bytes;
  pass();
  if (!is_known) return std::nullopt;
  return std::max<std::int64_t>(0, resident_memory().peak_bytes - before);
}

void report_memory(benchmark::State& state, const std::string& row, const std::function<void()>& pass) {
  static std::map<std::string, std::optional<std::int64_t>> measured;  // the clock asks for a row several times, with ever more iterations
  const auto known = measured.find(row);
  report_memory(state, known != measured.end() ? known->second : measured.emplace(row, memory_of(pass)).first->second);
}

void report_memory(benchmark::State& state, std::optional<std::int64_t> bytes) {
  if (bytes) state.counters["peak_MB"] = static_cast<double>(*bytes) / 1e6;
}

}  // namespace assay
