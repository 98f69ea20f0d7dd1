#include "datasets/filtered.h"

#include <utility>
#include <vector>

#include "harness/base/error.h"

namespace assay {
namespace {

class Filtered final : public SampleSource {
 public:
  Filtered(std::unique_ptr<SampleSource> source, std::vector<std::size_t> kept) : source_(std::move(source)), kept_(std::move(kept)) {}
  [[nodiscard]] std::size_t size() const override { return kept_.size(); }
  [[nodiscard]] Sample get(std::size_t i) const override { return source_->get(kept_.at(i)); }
  [[nodiscard]] std::string digest() const override { return source_->digest(); }
  [[nodiscard]] std::vector<std::filesystem::path> paths() const override { return source_->paths(); }

 private:
  std::unique_ptr<SampleSource> source_;
  std::vector<std::size_t> kept_;
};

}  // namespace

std::unique_ptr<SampleSource> filtered(std::unique_ptr<SampleSource> source, const std::function<bool(const Sample&)>& keep, const std::string& what) {
  std::vector<std::size_t> kept;
  for (std::size_t i = 0; i < source->size(); ++i) {
    if (keep(source->get(i))) kept.push_back(i);
  }
  if (kept.empty()) {
    const auto paths = source->paths();
    throw DataError(fmt::format("{}: no {} in it", paths.empty() ? "the data" : paths.front().string(), what));
  }
  return std::make_unique<Filtered>(std::move(source), std::move(kept));
}

}  // namespace assay
