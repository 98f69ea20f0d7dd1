#include "datasets/locate.h"

#include <algorithm>
#include <cstdlib>
#include <system_error>

#include "datasets/text_lines.h"
#include "harness/base/error.h"
#include "harness/base/file.h"

namespace assay {
namespace {

namespace fs = std::filesystem;

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string() : value;
}

bool is_folder(const fs::path& path) {
  std::error_code ignored;
  return !path.empty() && fs::is_directory(path, ignored);
}

/// Names in a folder, sorted; none when it cannot be read.
std::vector<fs::path> entries_of(const fs::path& folder) {
  std::error_code ignored;
  std::vector<fs::path> entries;
  for (fs::directory_iterator entry(folder, ignored), end; !ignored && entry != end; entry.increment(ignored)) entries.push_back(entry->path());
  std::ranges::sort(entries);
  return entries;
}

/// Source   huggingface_hub, constants.py: HF_HUB_CACHE, HF_HOME, XDG_CACHE_HOME
fs::path hub_cache() {
  if (const auto cache = environment("HF_HUB_CACHE"); !cache.empty()) return cache;
  if (const auto home = environment("HF_HOME"); !home.empty()) return fs::path(home) / "hub";
  if (const auto cache = environment("XDG_CACHE_HOME"); !cache.empty()) return fs::path(cache) / "huggingface" / "hub";
  const auto home = environment("HOME");
  return home.empty() ? fs::path() : fs::path(home) / ".cache" / "huggingface" / "hub";
}

/// datasets--ORG--NAME/snapshots/REVISION, the revision that refs/main names before the others.
void add_hub_snapshots(const fs::path& cache, std::vector<fs::path>& roots) {
  if (!is_folder(cache)) return;
  for (const auto& repository : entries_of(cache)) {
    if (!repository.filename().string().starts_with("datasets--")) continue;
    std::error_code ignored;
    const auto main = repository / "refs" / "main";
    if (fs::is_regular_file(main, ignored)) {
      const auto text = read_file(main);
      const auto lines = text_lines(text);
      if (!lines.empty()) roots.push_back(repository / "snapshots" / lines.front());
    }
    for (const auto& revision : entries_of(repository / "snapshots")) roots.push_back(revision);
  }
}

bool matches(std::string_view name, std::string_view pattern) {
  const auto star = pattern.find('*');
  if (star == std::string_view::npos) return name == pattern;
  const auto head = pattern.substr(0, star), tail = pattern.substr(star + 1);
  return name.size() >= head.size() + tail.size() && name.starts_with(head) && name.ends_with(tail);
}

/// The first path that `parts` describe under `folder`.
std::optional<fs::path> match_parts(const fs::path& folder, fs::path::const_iterator part, const fs::path::const_iterator end) {
  if (part == end) return folder;
  const auto pattern = part->string();
  ++part;
  if (pattern.find('*') == std::string::npos) {
    std::error_code ignored;
    const auto next = folder / pattern;
    return fs::exists(next, ignored) ? match_parts(next, part, end) : std::nullopt;
  }
  for (const auto& entry : entries_of(folder)) {
    if (!matches(entry.filename().string(), pattern)) continue;
    if (auto found = match_parts(entry, part, end)) return found;
  }
  return std::nullopt;
}

}  // namespace

std::vector<fs::path> data_roots(const std::optional<fs::path>& data_dir) {
  std::vector<fs::path> roots;
  if (data_dir) {
    if (!is_folder(*data_dir)) throw DataError(fmt::format("--data-dir \"{}\": no such folder", data_dir->string()));
    roots.push_back(*data_dir);
  }
  const auto named = environment("ASSAY_DATA");
  for (const auto part : split_by(named, ':')) {
    if (part.empty()) continue;
    if (!is_folder(part)) throw DataError(fmt::format("ASSAY_DATA names \"{}\": no such folder", part));
    roots.emplace_back(part);
  }
  const auto lmu = environment("LMUData"), home = environment("HOME");
  roots.push_back(!lmu.empty() ? fs::path(lmu) : home.empty() ? fs::path() : fs::path(home) / "LMUData");
  add_hub_snapshots(hub_cache(), roots);

  std::vector<fs::path> present;
  for (const auto& root : roots) {
    if (is_folder(root) && std::ranges::find(present, root) == present.end()) present.push_back(root);
  }
  return present;
}

std::optional<fs::path> try_find_first(std::span<const fs::path> roots, std::span<const std::string> relative_candidates) {
  for (const auto& root : roots) {
    for (const auto& candidate : relative_candidates) {
      const fs::path relative(candidate);
      if (auto found = match_parts(root, relative.begin(), relative.end())) return found;
    }
  }
  return std::nullopt;
}

fs::path find_first(std::span<const fs::path> roots, std::span<const std::string> relative_candidates, std::string_view what) {
  if (auto found = try_find_first(roots, relative_candidates)) return *found;
  auto message = fmt::format("{} was not found.", what);
  if (roots.empty()) message += " No data folder is known.";
  else message += fmt::format("\n  looked for {}", fmt::join(relative_candidates, ", "));
  for (const auto& root : roots) message += fmt::format("\n  in {}", root.string());
  message += "\nSay where the data lies with --data-dir DIR, or set ASSAY_DATA (or LMUData, as VLMEvalKit does).";
  throw DataError(message);
}

}  // namespace assay
