#include "harness/interrupt.h"

#include <unistd.h>

#include <csignal>
#include <string_view>

namespace assay::interrupt {
namespace {

volatile std::sig_atomic_t g_signal = 0;

void handle(int signal) {
  if (g_signal != 0) _exit(exit_code_of(signal));
  g_signal = signal;
  constexpr std::string_view kNote = "\nassay: stopping after the samples at hand; press again to stop at once\n";
  [[maybe_unused]] const auto wrote = ::write(STDERR_FILENO, kNote.data(), kNote.size());
}

}  // namespace

void install() {
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
