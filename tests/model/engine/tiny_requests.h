#pragma once
#include <gtest/gtest.h>

#include <cstddef>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "harness/base/file.h"
#include "model/vlm.h"

/// Requests to the tiny checkpoints of tests/parity, and what serves them.
namespace assay {

inline std::filesystem::path parity(const std::string& rest) { return std::filesystem::path(ASSAY_SOURCE_DIR) / "tests/parity/data" / rest; }

inline ImageInput picture(const std::string& name) {
  const auto file = parity("pictures/" + name);
  return {name, file.string(), [file]() -> Result<std::string> { return read_file(file); }};
}

/// Serves a list of requests and keeps what comes back.
class List : public RequestSource, public GenerationSink {
 public:
  explicit List(std::vector<Request> requests) : requests_(std::move(requests)) {}
  std::optional<Request> next() override { return at_ < requests_.size() ? std::optional(requests_[at_++]) : std::nullopt; }
  bool is_cancelled() const override { return finished.size() >= cancel_after; }
  std::optional<Request> finish(const std::string& id, Result<Generation> generation) override {
    EXPECT_TRUE(finished.emplace(id, std::move(generation)).second) << id << " finished twice";
    order.push_back(id);
    return std::nullopt;
  }
  std::map<std::string, Result<Generation>> finished;
  std::vector<std::string> order;  ///< in which they finished
  std::size_t cancel_after = static_cast<std::size_t>(-1);

 private:
  std::vector<Request> requests_;
  std::size_t at_ = 0;
};

/// Of several sizes and lengths, some on the same picture.
inline std::vector<Request> mixed_requests() {
  const std::vector<std::string> pictures = {"square.png", "wide.png", "tall.png", "wide.png", "strip.png", "grey.png", "wide.png"};
  std::vector<Request> requests;
  for (std::size_t i = 0; i < 21; ++i) {
    Request request;
    request.id = std::to_string(i);
    request.prompt.images.push_back(picture(pictures[i % pictures.size()]));
    request.prompt.turns.push_back({Role::kUser, {{"", 0}, {std::string(i % 5 + 1, 'x') + " What is shown?", Part::kNoImage}}});
    request.decoding.max_new_tokens = static_cast<int>(3 + i % 4 * 5);
    requests.push_back(request);
  }
  return requests;
}

/// In float32.
inline std::unique_ptr<Vlm> open_tiny() {
  VlmOptions options;
  options.dtype = DType::kFloat32;
  return open_vlm(parity("qwen2/checkpoint").string(), options);
}

}  // namespace assay
