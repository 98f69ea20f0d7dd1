#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "harness/base/error.h"

namespace assay {

/// SIGINT or SIGTERM came while a program that we had started ran; it has been ended too.
class Interrupted : public Error {
 public:
  Interrupted(std::string message, int signal) : Error(std::move(message)), signal_(signal) {}
  [[nodiscard]] int exit_code() const noexcept override;

 private:
  int signal_;
};

/// How a program ended.
struct ProgramEnd {
  int exit_code = 0;  ///< of a program that ended by itself
  int signal = 0;     ///< that killed it; 0: none
  [[nodiscard]] bool is_good() const { return exit_code == 0 && signal == 0; }
  [[nodiscard]] std::string text() const;  ///< "exit code 4", "killed by signal 9 (Killed)"
};

/// Runs a program to its end; `command[0]` is its path. Its output goes to ours, or nowhere and its errors into a file. It dies with us, and an interrupt
/// of ours ends it and everything that it has started.
/// Throws ConfigError for what cannot be started, Interrupted, ModelError where the system has no process for us.
ProgramEnd run_shown(const std::vector<std::string>& command);
ProgramEnd run_silently(const std::vector<std::string>& command, const std::filesystem::path& errors_file);

}  // namespace assay
