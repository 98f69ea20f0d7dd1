#pragma once
#include <fmt/format.h>

#include <exception>
#include <string>
#include <string_view>
#include <utility>

namespace assay {

/// What ends a run. Each kind carries the exit code that the command line returns (DESIGN: exit codes are the same everywhere).
/// A message says where, what was expected, what came, and the way out; context is added in front as the error climbs.
class Error : public std::exception {
 public:
  explicit Error(std::string message) : message_(std::move(message)) {}
  [[nodiscard]] const char* what() const noexcept override { return message_.c_str(); }
  [[nodiscard]] virtual int exit_code() const noexcept { return 1; }
  void add_context(std::string_view where) { message_ = fmt::format("{}: {}", where, message_); }

 private:
  std::string message_;
};

/// Usage or configuration: a wrong option, an unknown name, a value out of range.
struct ConfigError : Error {
  using Error::Error;
  [[nodiscard]] int exit_code() const noexcept override { return 2; }
};

/// Data that is missing, broken, or cannot be compared.
struct DataError : Error {
  using Error::Error;
  [[nodiscard]] int exit_code() const noexcept override { return 3; }
};

/// Weights that do not fit, an engine that failed, an error budget that was exceeded.
struct ModelError : Error {
  using Error::Error;
  [[nodiscard]] int exit_code() const noexcept override { return 4; }
};

/// What only a bug of ours can reach.
struct InternalError : Error {
  using Error::Error;
  [[nodiscard]] int exit_code() const noexcept override { return 70; }
};

}  // namespace assay
