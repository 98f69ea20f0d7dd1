#pragma once
#include <algorithm>
#include <chrono>

namespace assay {

/// How many requests may be under way: all that were asked for, until the endpoint says that these are too many; then half as many, growing
/// back by one for each round of replies (additive increase, multiplicative decrease).
class FlowLimit {
 public:
  using Time = std::chrono::steady_clock::time_point;
  explicit FlowLimit(int most) : most_(most), now_(most) {}

  [[nodiscard]] int now() const { return static_cast<int>(now_); }
  void on_reply() { now_ = std::min(static_cast<double>(most_), now_ + 1 / now_); }
  /// Requests that had begun before the last halving tell nothing new.
  void on_refusal(Time began, Time at) {
    if (began < halved_) return;
    now_ = std::max(1.0, static_cast<double>(static_cast<int>(now_ / 2)));
    halved_ = at;
  }

 private:
  int most_;
  double now_;
  Time halved_{};
};

}  // namespace assay
