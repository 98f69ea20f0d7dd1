#pragma once
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace assay {

/// How far a run is, on stderr: a bar that redraws itself on a terminal, a plain line every few seconds elsewhere.
class Progress {
 public:
  enum class Style { kBar, kLines, kSilent };
  [[nodiscard]] static Style style_of_stderr();

  /// `done_before` of `total` samples need nothing more and do not count in the rate.
  Progress(Style style, std::int64_t total, std::int64_t done_before);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  /// Cheap: draws only when it is time to.
  void update(std::int64_t done, std::int64_t failed);

 private:
  using Clock = std::chrono::steady_clock;
  void draw();

  Style style_;
  std::int64_t total_, done_before_, done_, failed_ = 0;
  Clock::time_point started_, next_drawing_;
};

/// "[####....] line" in fewer letters than the terminal has columns: the bar gives way first, then the line is cut.
[[nodiscard]] std::string bar_text(std::int64_t done, std::int64_t total, std::string_view line, std::size_t columns);

/// "34 s", "12 min 05 s", "3 h 20 min"
[[nodiscard]] std::string duration_text(double seconds);

}  // namespace assay
