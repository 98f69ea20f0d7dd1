#pragma once
#include <utility>
#include <vector>

#include "datasets/sample.h"

namespace assay::testing {

/// Samples from memory.
class FakeSource final : public SampleSource {
 public:
  explicit FakeSource(std::vector<Sample> samples) : samples_(std::move(samples)) {}
  [[nodiscard]] std::size_t size() const override { return samples_.size(); }
  [[nodiscard]] Sample get(std::size_t i) const override { return samples_.at(i); }
  [[nodiscard]] std::string digest() const override { return "fake"; }
  [[nodiscard]] std::vector<std::filesystem::path> paths() const override { return {}; }

 private:
  std::vector<Sample> samples_;
};

}  // namespace assay::testing
