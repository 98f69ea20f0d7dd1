#include "harness/cli/child_program.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <thread>

#include "harness/interrupt.h"

namespace assay {
namespace {

constexpr std::chrono::milliseconds kLook(20);  // at the interrupt flag
constexpr int kNotStarted = 127;                // as a shell says it

void send_to(int target, const char* path, int flags) {
  const int file = ::open(path, flags | O_CLOEXEC, 0600);
  if (file < 0 || ::dup2(file, target) < 0) ::_exit(kNotStarted);
}

[[noreturn]] void become(char* const* words, const char* errors_file, pid_t parent) {
  (void)::setpgid(0, 0);
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(kNotStarted);
  if (errors_file != nullptr) {
    send_to(STDOUT_FILENO, "/dev/null", O_WRONLY);
    send_to(STDERR_FILENO, errors_file, O_WRONLY | O_CREAT | O_TRUNC);
  }
  ::execv(words[0], words);
  const char* why = std::strerror(errno);
  [[maybe_unused]] const auto wrote = ::write(STDERR_FILENO, why, std::strlen(why));
  ::_exit(kNotStarted);
}

/// Waits for the child, and ends it and its own where we are interrupted.
int status_of(pid_t child, const std::string& name) {
  int status = 0;
  for (;;) {
    const pid_t ended = ::waitpid(child, &status, WNOHANG);
    if (ended < 0 && errno != EINTR) throw ModelError(fmt::format("{}: the process is lost: {}", name, std::strerror(errno)));
    if (const int signal = interrupt::signal_received(); signal != 0) {
      (void)::kill(-child, SIGKILL);
      if (ended != child) (void)::waitpid(child, &status, 0);
      throw Interrupted(fmt::format("interrupted while {} ran; nothing is kept", name), signal);
    }
    if (ended == child) return status;
    std::this_thread::sleep_for(kLook);
  }
}

ProgramEnd run_program(const std::vector<std::string>& command, const char* errors_file) {
  if (::access(command[0].c_str(), X_OK) != 0) throw ConfigError(fmt::format("{}: cannot be run: {}", command[0], std::strerror(errno)));
  std::vector<char*> words;
  for (const auto& word : command) words.push_back(const_cast<char*>(word.c_str()));
  words.push_back(nullptr);
  interrupt::install(/*tells=*/false);
  const pid_t parent = ::getpid(), child = ::fork();
  if (child < 0) throw ModelError(fmt::format("{}: no process to run it in: {}", command[0], std::strerror(errno)));
  if (child == 0) become(words.data(), errors_file, parent);
  (void)::setpgid(child, child);  // whichever of the two is first
  const int status = status_of(child, command[0]);
  return WIFSIGNALED(status) ? ProgramEnd{0, WTERMSIG(status)} : ProgramEnd{WEXITSTATUS(status), 0};
}

}  // namespace

int Interrupted::exit_code() const noexcept { return interrupt::exit_code_of(signal_); }

std::string ProgramEnd::text() const {
  return signal != 0 ? fmt::format("killed by signal {} ({})", signal, ::strsignal(signal)) : fmt::format("exit code {}", exit_code);
}

ProgramEnd run_shown(const std::vector<std::string>& command) { return run_program(command, nullptr); }

ProgramEnd run_silently(const std::vector<std::string>& command, const std::filesystem::path& errors_file) {
  return run_program(command, errors_file.c_str());
}

}  // namespace assay
