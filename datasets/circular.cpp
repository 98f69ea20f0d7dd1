#include "datasets/circular.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "harness/base/error.h"

namespace assay {
namespace {

/// MMBench numbers the rotations of question g as g, g + 10^6, g + 2·10^6, ...
constexpr std::int64_t kRotationStride = 1'000'000;

std::string rotation_id(const std::string& index, std::size_t k) {
  if (k == 0) return index;
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(index.data(), index.data() + index.size(), number);
  const bool is_index = error == std::errc{} && end == index.data() + index.size() && number >= 0 && number < kRotationStride;
  return is_index ? fmt::to_string(number + static_cast<std::int64_t>(k) * kRotationStride) : fmt::format("{}+{}", index, k);
}

class Circular : public SampleSource {
 public:
  explicit Circular(std::unique_ptr<SampleSource> source) : source_(std::move(source)) {
    for (std::size_t i = 0; i < source_->size(); ++i) {
      const auto rotation_count = std::max<std::size_t>(1, source_->get(i).options.size());
      for (std::size_t k = 0; k < rotation_count; ++k) rotations_.push_back({static_cast<std::uint32_t>(i), static_cast<std::uint32_t>(k)});
    }
  }

  [[nodiscard]] std::size_t size() const override { return rotations_.size(); }
  [[nodiscard]] std::string digest() const override { return source_->digest(); }
  [[nodiscard]] std::vector<std::filesystem::path> paths() const override { return source_->paths(); }

  [[nodiscard]] Sample get(std::size_t i) const override {
    const auto [origin, k] = rotations_.at(i);
    return rotate(source_->get(origin), k);
  }

 private:
  struct Rotation {
    std::uint32_t origin;
    std::uint32_t k;
  };

  static Sample rotate(Sample sample, std::size_t k) {
    const std::size_t count = sample.options.size();
    if (count == 0) return sample;
    sample.group = sample.id;
    sample.id = rotation_id(sample.group, k);
    sample.fields["circular"] = fmt::to_string(k);
    const auto original = sample.options;
    for (std::size_t letter = 0; letter < count; ++letter) sample.options[letter].text = original[(letter + k) % count].text;
    for (auto& answer : sample.references) {
      const auto found = std::ranges::find(original, answer, &Option::letter);
      if (found == original.end()) {
        throw DataError(fmt::format("sample {}: the answer \"{}\" is no letter of its {} options", sample.group, answer, count));
      }
      const auto place = static_cast<std::size_t>(found - original.begin());
      answer = original[(place + count - k % count) % count].letter;
    }
    return sample;
  }

  std::unique_ptr<SampleSource> source_;
  std::vector<Rotation> rotations_;
};

}  // namespace

std::unique_ptr<SampleSource> make_circular(std::unique_ptr<SampleSource> source) { return std::make_unique<Circular>(std::move(source)); }

}  // namespace assay
