#pragma once
#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "benchmarks/benchmark.h"
#include "tests/temporary_folder.h"

/// What the tests of every benchmark do: score replies, look a metric up, write a prediction file.
namespace assay::testing {

inline std::vector<ScoredReply> scored(const Benchmark& benchmark, const std::vector<Reply>& replies, std::string_view profile = "") {
  std::vector<ScoredReply> out;
  for (const auto& reply : replies) out.push_back({reply, benchmark.score(reply, profile)});
  return out;
}

inline std::vector<Metric> metrics_of(const Benchmark& benchmark, const std::vector<Reply>& replies, std::string_view profile = "") {
  return benchmark.metrics(scored(benchmark, replies, profile), profile);
}

inline const Metric* find_metric(const std::vector<Metric>& metrics, std::string_view name) {
  for (const auto& metric : metrics) {
    if (metric.name == name) return &metric;
  }
  return nullptr;
}

inline double value_of(const std::vector<Metric>& metrics, std::string_view name) {
  const Metric* metric = find_metric(metrics, name);
  EXPECT_NE(metric, nullptr) << "no metric " << name;
  return metric == nullptr ? -1 : metric->value;
}

/// Names that no note of the benchmark stands for.
inline std::vector<std::string> unexplained(const Benchmark& benchmark, const std::vector<Metric>& metrics) {
  std::vector<std::string> names;
  for (const auto& metric : metrics) {
    bool is_explained = false;
    for (const auto& note : benchmark.metric_notes()) {
      const std::string rest = note.name.front() == '<' ? note.name.substr(note.name.find('>') + 1) : "";
      is_explained |= metric.name == note.name || (note.name.front() == '<' && metric.name.ends_with(rest) &&
                                                   metric.name.find('.') == (rest.empty() ? std::string::npos : metric.name.size() - rest.size()));
    }
    if (!is_explained) names.push_back(metric.name);
  }
  return names;
}

/// The text of the one turn's only text part.
inline std::string text_of(const Question& question) {
  EXPECT_EQ(question.prompt.turns.size(), 1u);
  const auto& parts = question.prompt.turns.front().parts;
  EXPECT_EQ(parts.size(), question.prompt.images.size() + 1);
  return parts.back().text;
}

/// A file that goes when the test does.
class TemporaryFile {
 public:
  TemporaryFile(const std::string& name, std::string_view content) : path_(folder_.write(name, content)) {}
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  TemporaryFolder folder_;
  std::filesystem::path path_;
};

}  // namespace assay::testing
