#pragma once
#include <sys/types.h>

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace assay::testing {

struct Finished {
  int exit_code = -1;  ///< -1: ended by a signal
  std::string out, err;
};

/// A program in a process of its own, its output in files beside each other.
class ChildProcess {
 public:
  /// `environment` is added to ours.
  ChildProcess(const std::vector<std::string>& command, const std::map<std::string, std::string>& environment = {},
               const std::string& input = "", const std::string& out_path = "");
  ~ChildProcess();
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  void signal(int number) const;
  [[nodiscard]] bool has_ended();
  Finished wait();

 private:
  pid_t pid_ = -1;
  int status_ = 0;
  bool is_reaped_ = false;
  std::filesystem::path folder_;
};

/// Runs to the end.
Finished run_child(const std::vector<std::string>& command, const std::map<std::string, std::string>& environment = {},
                   const std::string& input = "");

/// The command line on fakes (tests/fakes/main.cpp), and the real one.
[[nodiscard]] std::string fakes_binary();
[[nodiscard]] std::string assay_binary();

/// `assay ARGUMENTS` to its end, on fakes and for real.
Finished run_fakes(std::vector<std::string> arguments, const std::string& input = "");
Finished run_assay(std::vector<std::string> arguments);
/// `assay run` on fakes.
Finished run_fake_model(const std::filesystem::path& out, const std::string& model, const std::string& bench,
                        const std::vector<std::string>& more = {});

}  // namespace assay::testing
