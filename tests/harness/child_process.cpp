#include "tests/harness/child_process.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <fstream>
#include <sstream>

namespace assay::testing {
namespace {

std::string content_of(const std::filesystem::path& path) {
  std::ifstream stream(path, std::ios::binary);
  std::ostringstream text;
  text << stream.rdbuf();
  return text.str();
}

void redirect(int target, const std::filesystem::path& path, int flags) {
  const int descriptor = ::open(path.c_str(), flags, 0644);
  if (descriptor < 0 || ::dup2(descriptor, target) < 0) _exit(126);
}

}  // namespace

ChildProcess::ChildProcess(const std::vector<std::string>& command, const std::map<std::string, std::string>& environment,
                           const std::string& input, const std::string& out_path) {
  std::string pattern = (std::filesystem::temp_directory_path() / "assay-child-XXXXXX").string();
  folder_ = ::mkdtemp(pattern.data());
  std::ofstream(folder_ / "in", std::ios::binary) << input;
  std::vector<char*> words;
  for (const auto& word : command) words.push_back(const_cast<char*>(word.c_str()));  // NOLINT: exec's signature
  words.push_back(nullptr);
  pid_ = ::fork();
  if (pid_ != 0) return;
  redirect(STDIN_FILENO, folder_ / "in", O_RDONLY);
  redirect(STDOUT_FILENO, out_path.empty() ? folder_ / "out" : std::filesystem::path(out_path), O_WRONLY | O_CREAT);
  redirect(STDERR_FILENO, folder_ / "err", O_WRONLY | O_CREAT);
  for (const auto& [name, value] : environment) ::setenv(name.c_str(), value.c_str(), 1);
  ::execv(words[0], words.data());
  _exit(127);
}

ChildProcess::~ChildProcess() {
  if (!has_ended()) {
    ::kill(pid_, SIGKILL);
    wait();
  }
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

void ChildProcess::signal(int number) const { ::kill(pid_, number); }

bool ChildProcess::has_ended() {
  if (!is_reaped_) is_reaped_ = ::waitpid(pid_, &status_, WNOHANG) == pid_;
  return is_reaped_;
}

Finished ChildProcess::wait() {
  if (!is_reaped_) ::waitpid(pid_, &status_, 0);
  is_reaped_ = true;
  return {WIFEXITED(status_) ? WEXITSTATUS(status_) : -1, content_of(folder_ / "out"), content_of(folder_ / "err")};
}

Finished run_child(const std::vector<std::string>& command, const std::map<std::string, std::string>& environment,
                   const std::string& input) {
  return ChildProcess(command, environment, input).wait();
}

std::string fakes_binary() { return ASSAY_FAKES_BINARY; }
std::string assay_binary() { return ASSAY_BINARY; }

Finished run_fakes(std::vector<std::string> arguments, const std::string& input) {
  arguments.insert(arguments.begin(), fakes_binary());
  return run_child(arguments, {}, input);
}
Finished run_assay(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), assay_binary());
  return run_child(arguments);
}
Finished run_fake_model(const std::filesystem::path& out, const std::string& model, const std::string& bench,
                        const std::vector<std::string>& more) {
  std::vector<std::string> arguments = {"run", "--model", model, "--bench", bench, "--out", out.string()};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return run_fakes(arguments);
}

}  // namespace assay::testing
