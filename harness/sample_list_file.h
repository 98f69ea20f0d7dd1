#pragma once
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace assay {

/// One line of a `--samples` file: a sample that a run shall ask.
struct ListedSample {
  std::size_t line = 0;    ///< in the file, from 1
  std::string benchmark;   ///< empty: the line names none
  std::string id;
};

/// Reads a list of samples: one id a line, `benchmark<TAB>id` where there are several benchmarks. Blank lines, lines that begin with '#', a
/// byte order mark and blanks around a line are passed over; a line that begins with '"' is a JSON string, for ids that hold such things
/// themselves. `where` is for messages.
///
/// Throws   ConfigError that names every line (the first few) which is given twice or is a broken JSON string, and for a list without ids
[[nodiscard]] std::vector<ListedSample> parse_sample_list(std::string_view text, std::string_view where);

/// The line, without its '\n', that parse_sample_list reads back; `benchmark` may be empty.
[[nodiscard]] std::string sample_list_line(std::string_view benchmark, std::string_view id);

/// The ids of `listed` that are `benchmark`'s: those that name it, and those without a benchmark.
[[nodiscard]] std::vector<ListedSample> listed_for(std::span<const ListedSample> listed, std::string_view benchmark);

/// Throws   ConfigError, with line and remedy, for lines of benchmarks that are not among `asked`, for lines without a benchmark when there
///          are several, and for a benchmark without a line
void check_benchmarks_listed(std::span<const ListedSample> listed, std::span<const std::string> asked, std::string_view where);

/// Throws   ConfigError that names line and nearest id of everything in `listed` that is not in `known`
void check_ids_listed(std::span<const ListedSample> listed, std::string_view benchmark, std::span<const std::string> known, std::string_view where);

}  // namespace assay
