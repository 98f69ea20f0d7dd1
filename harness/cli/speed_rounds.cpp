#include "harness/cli/speed_rounds.h"

#include <fmt/format.h>

#include <array>
#include <filesystem>
#include <optional>

#include "harness/base/error.h"
#include "harness/base/file.h"
#include "harness/cli/child_program.h"
#include "harness/cli/command_line.h"
#include "harness/scratch_folder.h"

namespace assay {
namespace {

/// The last line that is not blank.
std::string last_line(const std::string& text) {
  const auto end = text.find_last_not_of(" \n\r\t");
  if (end == std::string::npos) return "it said nothing";
  const auto begin = text.find_last_of('\n', end);
  return text.substr(begin == std::string::npos ? 0 : begin + 1, end - (begin == std::string::npos ? 0 : begin + 1) + 1);
}

[[noreturn]] void fail(const ProgramEnd& end, const std::string& what) {
  if (end.exit_code == ConfigError("").exit_code()) throw ConfigError(what);
  if (end.exit_code == DataError("").exit_code()) throw DataError(what);
  throw ModelError(what);
}

SpeedFile time_once(const std::string& binary, const std::vector<std::string>& arguments, const std::filesystem::path& folder) {
  const auto timings = folder / "timings.json", errors = folder / "errors";
  std::filesystem::remove(timings);
  std::vector<std::string> command{binary};
  command.insert(command.end(), arguments.begin(), arguments.end());
  const auto shown = command_text(command);
  command.insert(command.end(), {"--out", timings.string()});
  const auto end = run_silently(command, errors);
  const auto said = last_line(read_file(errors));
  if (!end.is_good()) fail(end, fmt::format("{}: {}: {}", shown, end.text(), said));
  if (!std::filesystem::exists(timings) || std::filesystem::file_size(timings) == 0) throw DataError(fmt::format("{}: it has timed nothing: {}", shown, said));
  try {
    return read_speed_file(timings);
  } catch (const DataError& error) {
    throw DataError(fmt::format("{}: {}", shown, error.what()));
  }
}

}  // namespace

ContestTimings time_in_turns(const Contest& contest) {
  const ScratchFolder folder;
  const std::array<const std::string*, 2> binaries = {&contest.old_binary, &contest.new_binary};
  std::array<std::optional<SpeedFile>, 2> pooled;
  for (int round = 0; round < contest.rounds; ++round) {
    for (const int turn : {0, 1}) {
      const auto which = static_cast<std::size_t>((round + turn) % 2);
      print_log(fmt::format("assay: round {} of {}: {}", round + 1, contest.rounds, *binaries[which]));
      auto timings = time_once(*binaries[which], contest.arguments, folder.path());
      timings.name = *binaries[which];
      if (pooled[which]) add_repetitions(*pooled[which], timings);
      else pooled[which] = std::move(timings);
    }
  }
  return {std::move(*pooled[0]), std::move(*pooled[1])};
}

}  // namespace assay
