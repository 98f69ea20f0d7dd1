#include "model/checkpoint/name_check.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <iterator>
#include <map>

#include "harness/base/error.h"
#include "model/checkpoint/stored_tensor.h"

namespace assay {
namespace {

constexpr std::size_t kMostNames = 20;

using ByName = std::map<std::string_view, const NamedShape*>;

ByName by_name(std::span<const NamedShape> list) {
  ByName map;
  for (const auto& entry : list) {
    if (!is_ignored_tensor(entry.name)) map.emplace(entry.name, &entry);
  }
  return map;
}

std::string described(const NamedShape& entry) {
  const auto shape = shape_text(entry.shape);
  return entry.file.empty() ? fmt::format("{} {}", entry.name, shape) : fmt::format("{} {} ({})", entry.name, shape, entry.file);
}

/// Those of `ours` that `theirs` lacks.
std::vector<std::string> lacking(const ByName& ours, const ByName& theirs) {
  std::vector<std::string> lines;
  for (const auto& [name, entry] : ours) {
    if (!theirs.contains(name)) lines.push_back(described(*entry));
  }
  return lines;
}

std::vector<std::string> shapes_that_differ(const ByName& expected, const ByName& found) {
  std::vector<std::string> lines;
  for (const auto& [name, entry] : expected) {
    const auto other = found.find(name);
    if (other == found.end() || other->second->shape == entry->shape) continue;
    const auto& file = other->second->file;
    lines.push_back(fmt::format("{}: expected {}, checkpoint has {}{}", name, shape_text(entry->shape),
                                shape_text(other->second->shape), file.empty() ? "" : fmt::format(" ({})", file)));
  }
  return lines;
}

std::string joined(std::span<const std::string> lines, std::string_view separator) {
  const auto shown = lines.first(std::min(lines.size(), kMostNames));
  auto text = fmt::format("{}", fmt::join(shown, separator));
  if (lines.size() > kMostNames)
    text += fmt::format("{}... and {} more", separator == "\n  " ? separator : " ", lines.size() - kMostNames);
  return text;
}

void append_section(std::string& text, std::string_view title, const std::vector<std::string>& lines) {
  if (lines.empty()) return;
  text += fmt::format("{}{} ({}):\n  {}", text.empty() ? "" : "\n", title, lines.size(), joined(lines, "\n  "));
}

}  // namespace

bool is_ignored_tensor(std::string_view name) {
  const auto last = name.substr(name.rfind('.') + 1);  // the whole name when it has no dot
  return last == "inv_freq" || last == "position_ids" || last == "relative_position_index" || last == "num_batches_tracked";
}

std::string mismatch_text(std::span<const NamedShape> expected, std::span<const NamedShape> found) {
  const auto model = by_name(expected), checkpoint = by_name(found);
  std::string text;
  append_section(text, "shapes that differ", shapes_that_differ(model, checkpoint));
  append_section(text, "missing from the checkpoint", lacking(model, checkpoint));
  append_section(text, "in the checkpoint, but not in the model", lacking(checkpoint, model));
  return text;
}

void check_all_used(std::string_view where, std::span<const NamedShape> expected, std::span<const NamedShape> found) {
  const auto text = mismatch_text(expected, found);
  if (!text.empty())
    throw ModelError(fmt::format("{}: the weights do not fit the model; is the config of another variant?\n{}", where, text));
}

std::string joined_names(std::span<const std::string> names) { return joined(names, ", "); }

}  // namespace assay
