#include "harness/sample_list_file.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <set>
#include <unordered_set>
#include <utility>

#include "harness/base/error.h"
#include "harness/base/json.h"
#include "harness/base/suggestion.h"

namespace assay {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
constexpr std::string_view kBlanks = " \t\r\v\f";
constexpr std::size_t kShownProblems = 8;

std::string_view trimmed(std::string_view text) {
  const auto begin = text.find_first_not_of(kBlanks);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlanks) + 1 - begin);
}

/// The first few of many, so that a list of other data does not fill the screen.
void throw_first_of(std::vector<std::string> problems) {
  if (problems.empty()) return;
  const auto count = problems.size();
  if (count == 1) throw ConfigError(problems.front());
  if (count > kShownProblems) {
    problems.resize(kShownProblems);
    problems.push_back(fmt::format("and {} more", count - kShownProblems));
  }
  throw ConfigError(fmt::format("{} problems:\n  - {}", count, fmt::join(problems, "\n  - ")));
}

/// A word as it stands, or what a JSON string says.
std::string unquoted(std::string_view word, const std::string& place) {
  if (!word.starts_with('"')) return std::string(word);
  const auto value = json::parse(word, place);
  if (!value.IsString()) throw DataError(fmt::format("{}: expected one id in quotes, got {}", place, word));
  return std::string(json::text_of(value));
}

/// Whether a word would be read as something else than itself.
bool needs_quotes(std::string_view word) {
  if (word.empty() || word.front() == '"' || word.front() == '#' || trimmed(word) != word || word.starts_with(kByteOrderMark)) return true;
  return std::any_of(word.begin(), word.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20; });
}

std::string quoted(std::string_view word) {
  if (!needs_quotes(word)) return std::string(word);
  return json::dump_string(word);
}

/// Where an id that is no JSON string ends its benchmark's name. JSON strings hold no bare tab, so the first one parts them in any case.
ListedSample read_line(std::string_view text, std::size_t number, std::string_view where) {
  const std::string place = fmt::format("{}:{}", where, number);
  const auto tab = text.find('\t');
  if (tab == std::string_view::npos) return {number, "", unquoted(text, place)};
  return {number, std::string(trimmed(text.substr(0, tab))), unquoted(trimmed(text.substr(tab + 1)), place)};
}

}  // namespace

std::vector<ListedSample> parse_sample_list(std::string_view text, std::string_view where) {
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  std::vector<ListedSample> listed;
  std::vector<std::string> problems;
  std::map<std::pair<std::string, std::string>, std::size_t> first_lines;
  for (std::size_t number = 1; !text.empty(); ++number) {
    const auto end = text.find('\n');
    const std::string_view line = trimmed(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (line.empty() || line.front() == '#') continue;
    try {
      ListedSample sample = read_line(line, number, where);
      const auto [first, is_new] = first_lines.try_emplace({sample.benchmark, sample.id}, number);
      if (is_new) listed.push_back(std::move(sample));
      else problems.push_back(fmt::format("{}:{}: \"{}\" stands in line {} already", where, number, sample.id, first->second));
    } catch (const DataError& error) {
      problems.emplace_back(error.what());
    }
  }
  throw_first_of(std::move(problems));
  if (listed.empty()) throw ConfigError(fmt::format("{}: the list names no sample; expected one id a line", where));
  return listed;
}

std::string sample_list_line(std::string_view benchmark, std::string_view id) {
  return benchmark.empty() ? quoted(id) : fmt::format("{}\t{}", benchmark, quoted(id));
}

std::vector<ListedSample> listed_for(std::span<const ListedSample> listed, std::string_view benchmark) {
  std::vector<ListedSample> found;
  for (const auto& sample : listed)
    if (sample.benchmark.empty() || sample.benchmark == benchmark) found.push_back(sample);
  return found;
}

void check_benchmarks_listed(std::span<const ListedSample> listed, std::span<const std::string> asked, std::string_view where) {
  std::vector<std::string> problems;
  std::set<std::string> has_lines;
  for (const auto& sample : listed) {
    if (sample.benchmark.empty() && asked.size() > 1) {
      problems.push_back(fmt::format("{}:{}: \"{}\": this run asks {} benchmarks; write benchmark, tab, id", where, sample.line, sample.id, asked.size()));
    } else if (!sample.benchmark.empty() && std::find(asked.begin(), asked.end(), sample.benchmark) == asked.end()) {
      problems.push_back(fmt::format("{}:{}: this run does not ask a benchmark \"{}\"{}", where, sample.line, sample.benchmark,
                                     suggestion(sample.benchmark, asked)));
    } else {
      has_lines.insert(sample.benchmark.empty() ? asked.front() : sample.benchmark);
    }
  }
  throw_first_of(std::move(problems));
  for (const auto& name : asked)
    if (!has_lines.contains(name)) problems.push_back(fmt::format("{}: the list names no sample of {}", where, name));
  throw_first_of(std::move(problems));
}

void check_ids_listed(std::span<const ListedSample> listed, std::string_view benchmark, std::span<const std::string> known, std::string_view where) {
  const std::unordered_set<std::string_view> ids(known.begin(), known.end());
  std::vector<std::string> problems;
  for (const auto& sample : listed) {
    if (ids.contains(sample.id)) continue;
    std::string near;
    if (problems.size() < kShownProblems) near = suggestion(sample.id, known);
    if (near.starts_with("; known")) near = known.empty() ? "" : fmt::format("; its ids look like \"{}\"", known.front());
    problems.push_back(fmt::format("{}:{}: {} has no sample \"{}\"{}", where, sample.line, benchmark, sample.id, near));
  }
  throw_first_of(std::move(problems));
}

}  // namespace assay
