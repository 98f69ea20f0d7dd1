#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "harness/config.h"

namespace assay {

/// A verb's own options, on CLI11 with our errors: unknown options get a suggestion, and what is wrong is told together with what else is.
class CommandLine {
 public:
  /// `examples` are lines for --help.
  CommandLine(const std::string& verb, const std::string& description, const std::string& examples);
  ~CommandLine();

  void flag(const std::string& name, bool& value, const std::string& help);
  void text(const std::string& name, std::string& value, const std::string& help);
  void list(const std::string& name, std::vector<std::string>& values, const std::string& help);  ///< repeatable, and a,b,c
  void texts(const std::string& name, std::vector<std::string>& values, const std::string& help);  ///< repeatable; a comma is a letter
  void argument(const std::string& name, std::string& value, const std::string& help);
  void arguments(const std::string& name, std::vector<std::string>& values, const std::string& help);
  /// An option for each config field named, or for all when there are none named; what is given lands in `values`.
  void fields(RawValues& values, const std::vector<std::string_view>& names = {});

  /// False when --help was asked for and has been printed. Unknown options and words too many are problems; throws ConfigError for a
  /// line that cannot be told apart (an option without its value).
  [[nodiscard]] bool parse(std::vector<std::string> arguments, Problems& problems);

 private:
  struct Parts;  // CLI11's headers cost seconds to compile: they stay in the .cpp
  std::unique_ptr<Parts> parts_;
};

/// All of `text` to stdout. Throws ModelError (exit code 4) when it cannot be written.
void print_out(std::string_view text);

/// A line to stderr.
void print_log(std::string_view line);

/// Words as a shell takes them, those quoted that need it.
[[nodiscard]] std::string command_text(const std::vector<std::string>& words);

/// A number of points in (0, 50]; anything else is a problem.
[[nodiscard]] double points_of(const std::string& option, const std::string& text, Problems& problems);

/// --format is a problem unless it is "text" or "json".
void check_format(const std::string& format, Problems& problems);
[[nodiscard]] bool wants_json(const std::string& format);

/// All of stdin.
[[nodiscard]] std::string read_stdin();

}  // namespace assay
