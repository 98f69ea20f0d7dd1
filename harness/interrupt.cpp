#include "harness/interrupt.h"

#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <ctime>
#include <string_view>

namespace assay::interrupt {
namespace {

volatile std::sig_atomic_t g_signal = 0;
volatile std::time_t g_first_ms = 0;
volatile std::sig_atomic_t g_tells = 1;

/// coreutils' timeout and some job systems send a signal to the process and to its group: the echo is no second wish.
constexpr std::time_t kEchoMs = 100;

std::time_t now_ms() {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);  // may be called in a signal handler
  return now.tv_sec * 1000 + now.tv_nsec / 1'000'000;
}

void handle(int signal) {
  if (g_signal != 0) {
    if (now_ms() - g_first_ms < kEchoMs) return;
    _exit(exit_code_of(signal));
  }
  g_first_ms = now_ms();
  g_signal = signal;
  if (g_tells == 0) return;
  constexpr std::string_view kNote = "\nassay: stopping after the samples at hand; press again to stop at once\n";
  const int interrupted = errno;  // of whatever this thread was doing
  [[maybe_unused]] const auto wrote = ::write(STDERR_FILENO, kNote.data(), kNote.size());
  errno = interrupted;
}

}  // namespace

void install(bool tells) {
  g_tells = tells ? 1 : 0;
  struct sigaction action {};
  action.sa_handler = handle;
  sigemptyset(&action.sa_mask);
  action.sa_flags = SA_RESTART;
  ::sigaction(SIGINT, &action, nullptr);
  ::sigaction(SIGTERM, &action, nullptr);
}

int signal_received() { return g_signal; }
int exit_code_of(int signal) { return 128 + signal; }

}  // namespace assay::interrupt
