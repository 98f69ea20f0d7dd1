#include "harness/plugins.h"

#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define BOOST_DLL_USE_STD_FS
#include <boost/dll/shared_library.hpp>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <deque>
#include <filesystem>
#include <map>
#include <set>
#include <utility>

#include "benchmarks/plugin.h"
#include "harness/base/digest.h"
#include "harness/base/error.h"
#include "harness/base/file.h"

namespace assay {
namespace {

namespace dll = boost::dll;

struct Plugin {
  std::string path, digest;
  dll::shared_library library;
  std::span<const BenchmarkEntry> benchmarks;
};

struct Loaded {
  std::deque<Plugin> plugins;
  /// By the catalogue that was added to, and how many plugins there were then.
  std::map<std::pair<const BenchmarkEntry*, std::size_t>, std::vector<BenchmarkEntry>> combined;
};
Loaded& loaded() {
  static Loaded all;
  return all;
}

/// All symbols at once, so that a missing one is told now and not in the middle of a run.
dll::shared_library open_library(const std::string& path) {
  try {
    return dll::shared_library(std::filesystem::path(path), dll::load_mode::rtld_now | dll::load_mode::rtld_local);
  } catch (const std::system_error& error) {
    throw ConfigError(fmt::format("{}: cannot be loaded as a plugin: {}; a symbol that is missing means that it was built against other headers than this program", path,
                                  error.what()));
  }
}

std::span<const BenchmarkEntry> benchmarks_of(const dll::shared_library& library, const std::string& path) {
  if (!library.has(kPluginEntry)) throw ConfigError(fmt::format("{}: no plugin: it has no entry point \"{}\" (ASSAY_PLUGIN in benchmarks/plugin.h makes one)", path, kPluginEntry));
  const PluginTable* table = library.get<PluginEntry>(kPluginEntry)();
  if (table == nullptr) throw ConfigError(fmt::format("{}: its entry point gives no table", path));
  if (table->version != kPluginVersion) {
    throw ConfigError(fmt::format("{}: made for version {} of the plugin interface, and this program has {}; build it again against this program's headers", path, table->version,
                                  kPluginVersion));
  }
  if (table->layout != plugin_layout()) {
    throw ConfigError(fmt::format("{}: built against other headers or by another compiler than this program (layout {:x}, ours {:x}); build it again", path, table->layout,
                                  plugin_layout()));
  }
  if (table->benchmark_count == 0 || table->benchmarks == nullptr) throw ConfigError(fmt::format("{}: a plugin without a benchmark", path));
  const std::span<const BenchmarkEntry> benchmarks(table->benchmarks, table->benchmark_count);
  for (const auto& entry : benchmarks) {
    if (entry.make == nullptr) throw ConfigError(fmt::format("{}: its benchmark \"{}\" cannot be made", path, entry.name));
    const auto name = entry.make()->name();
    if (name != entry.name) throw ConfigError(fmt::format("{}: its benchmark \"{}\" calls itself \"{}\"", path, entry.name, name));
  }
  return benchmarks;
}

/// What the child does: everything that loading does. It says nothing; what it would say the parent finds again, but for how it dies.
[[noreturn]] void try_in_child(const std::string& path, unsigned most_seconds) {
  const rlimit none{0, 0};
  (void)::setrlimit(RLIMIT_CORE, &none);
  for (const int caught : {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT, SIGALRM, SIGTERM, SIGINT}) std::signal(caught, SIG_DFL);
  (void)::alarm(most_seconds);
  try {
    (void)benchmarks_of(open_library(path), path);
  } catch (const std::exception&) {
  }
  ::_exit(0);
}

void try_loading(const std::string& path, unsigned most_seconds) {
  const pid_t child = ::fork();
  if (child < 0) throw ModelError(fmt::format("{}: no process to try it in: {}", path, std::strerror(errno)));
  if (child == 0) try_in_child(path, most_seconds);
  int status = 0;
  while (::waitpid(child, &status, 0) < 0) {
    if (errno != EINTR) throw ModelError(fmt::format("{}: the process that tried it is lost: {}", path, std::strerror(errno)));
  }
  if (WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM) throw ConfigError(fmt::format("{}: the plugin did not come to an end of loading within {} s", path, most_seconds));
  if (WIFSIGNALED(status)) throw ConfigError(fmt::format("{}: the plugin crashed while it was loaded: {}", path, ::strsignal(WTERMSIG(status))));
  if (WEXITSTATUS(status) != 0) throw ConfigError(fmt::format("{}: the plugin ended the process while it was loaded (exit code {})", path, WEXITSTATUS(status)));
}

void check_names(const Plugin& plugin) {
  std::set<std::string_view> taken;
  for (const auto& entry : benchmark_catalog()) taken.insert(entry.name);
  for (const auto& other : loaded().plugins)
    for (const auto& entry : other.benchmarks) taken.insert(entry.name);
  for (const auto& entry : plugin.benchmarks) {
    if (!taken.insert(entry.name).second) throw ConfigError(fmt::format("{}: there is a benchmark \"{}\" already; give the plugin's another name", plugin.path, entry.name));
  }
}

}  // namespace

void load_plugins(const std::vector<std::string>& files, unsigned most_seconds) {
  for (const auto& file : files) {
    std::error_code error;
    if (!std::filesystem::is_regular_file(file, error)) throw ConfigError(fmt::format("--plugin: there is no file \"{}\"", file));
    const std::string path = std::filesystem::canonical(file).string();
    auto& all = loaded();
    if (std::ranges::any_of(all.plugins, [&](const Plugin& plugin) { return plugin.path == path; })) continue;
    try_loading(path, most_seconds);
    Plugin plugin{path, digest_of(read_file(path)), open_library(path), {}};
    plugin.benchmarks = benchmarks_of(plugin.library, path);
    check_names(plugin);
    all.plugins.push_back(std::move(plugin));
  }
}

std::span<const BenchmarkEntry> with_plugins(std::span<const BenchmarkEntry> catalog) {
  auto& all = loaded();
  const bool has_them = std::ranges::any_of(all.combined, [&](const auto& known) { return known.second.data() == catalog.data(); });
  if (all.plugins.empty() || has_them) return catalog;
  auto& combined = all.combined[{catalog.data(), all.plugins.size()}];
  if (!combined.empty()) return combined;
  combined.assign(catalog.begin(), catalog.end());
  for (const auto& plugin : all.plugins) combined.insert(combined.end(), plugin.benchmarks.begin(), plugin.benchmarks.end());
  std::ranges::sort(combined, {}, &BenchmarkEntry::name);
  return combined;
}

std::string plugin_digest_of(std::string_view benchmark) {
  for (const auto& plugin : loaded().plugins)
    for (const auto& entry : plugin.benchmarks)
      if (entry.name == benchmark) return plugin.digest;
  return "";
}

}  // namespace assay
