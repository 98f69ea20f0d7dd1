#include "harness/roofline_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "harness/base/error.h"
#include "metrics/median_ratio.h"

namespace assay {
namespace {

std::vector<std::string> parts_of(std::string_view name) {
  std::vector<std::string> parts;
  for (;;) {
    const auto end = name.find('/');
    parts.emplace_back(name.substr(0, end));
    if (end == std::string_view::npos) return parts;
    name.remove_prefix(end + 1);
  }
}

/// What Google Benchmark adds behind a row's own name and arguments.
bool is_of_the_clock(std::string_view part) { return part == "real_time" || part == "manual_time" || part.starts_with("iterations:") || part.starts_with("repeats:"); }

/// "encoder/bfloat16/4/real_time" as "encoder 4".
std::string stage_of(const std::vector<std::string>& parts) {
  std::string name = parts[0];
  for (std::size_t i = 2; i < parts.size(); ++i)
    if (!is_of_the_clock(parts[i])) name += " " + parts[i];
  return name;
}

void add_peaks(Roofline& roofline, const SpeedFile& file) {
  for (const auto& peak : file.peaks) {
    const auto parts = parts_of(peak.name);
    if (parts.size() < 2 || peak.flops.empty() || peak.bytes.empty()) continue;
    const double flops = median_of(peak.flops);
    roofline.bytes = std::max(roofline.bytes, median_of(peak.bytes));
    const auto known = std::ranges::find(roofline.roofs, parts[1], &Roof::name);
    if (known == roofline.roofs.end()) roofline.roofs.push_back({parts[1], flops});
    else known->flops = std::max(known->flops, flops);
  }
}

void add_rows(Roofline& roofline, const SpeedFile& file) {
  for (const auto& one : file.cases) {
    const auto parts = parts_of(one.name);
    if (parts.size() < 2 || one.flops.empty() || one.bytes.empty() || one.shares.empty()) continue;
    if (std::ranges::find(roofline.roofs, parts[1], &Roof::name) == roofline.roofs.end()) continue;
    roofline.rows.push_back({stage_of(parts), parts[1], median_of(one.seconds), median_of(one.flops), median_of(one.bytes), median_of(one.shares)});
  }
}

}  // namespace

Roofline roofline_of(const std::vector<SpeedFile>& files) {
  Roofline roofline;
  for (const auto& file : files) {
    if (const auto difference = machine_difference(files[0], file); !difference.empty())
      throw DataError(fmt::format("{} and {}: timings of two machines: {}", files[0].name, file.name, difference));
    add_peaks(roofline, file);
  }
  for (const auto& file : files) add_rows(roofline, file);
  if (roofline.rows.empty())
    throw DataError(fmt::format("{}: nothing to hold against the machine's limits; `assay speed encoder|projector|prefill|decode|model` write such rows, peaks among them",
                                files.empty() ? "no file" : files[0].name));
  return roofline;
}

Roofline read_roofline(const std::vector<std::string>& paths) {
  std::vector<SpeedFile> files;
  for (const auto& path : paths) files.push_back(read_speed_file(path));
  return roofline_of(files);
}

}  // namespace assay
