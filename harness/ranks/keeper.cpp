#include "harness/ranks/keeper.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>

#include "harness/base/error.h"

namespace assay {
namespace {

volatile sig_atomic_t g_kept = 0;

void hand_on(int signal) {
  const int interrupted = errno;
  if (g_kept > 0) ::kill(g_kept, signal);
  errno = interrupted;
}

void hand_on_signals() {
  struct sigaction action {};
  action.sa_handler = hand_on;
  sigemptyset(&action.sa_mask);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGUSR1, SIGUSR2}) ::sigaction(signal, &action, nullptr);
}

[[noreturn]] void keep(pid_t kept, int from_kept) {
  g_kept = kept;
  hand_on_signals();
  int status = 0;
  while (::waitpid(kept, &status, 0) < 0 && errno == EINTR) {
  }
  if (WIFEXITED(status)) _exit(WEXITSTATUS(status));
  char word = 0;
  const bool has_met = ::read(from_kept, &word, 1) == 1;
  _exit(has_met ? 0 : 128 + WTERMSIG(status));
}

}  // namespace

Keeper::Keeper() {
  std::array<int, 2> ends{};
  const pid_t keeper = ::getpid();
  if (::pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK) != 0) throw ModelError(fmt::format("a rank cannot open a pipe: {}", std::strerror(errno)));
  ::signal(SIGCHLD, SIG_DFL);  // a launcher may have it ignored, and then nobody learns how a child has ended
  const pid_t kept = ::fork();
  if (kept < 0) throw ModelError(fmt::format("a rank cannot start its second half: {}", std::strerror(errno)));
  if (kept > 0) keep(kept, ends[0]);
  ::close(ends[0]);
  to_keeper_ = ends[1];
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);  // who kills the keeper means both
  if (::getppid() != keeper) _exit(128 + SIGKILL);
}

Keeper::~Keeper() {
  if (to_keeper_ >= 0) ::close(to_keeper_);
}

void Keeper::has_met() const {
  [[maybe_unused]] const auto wrote = ::write(to_keeper_, "m", 1);
}

}  // namespace assay
