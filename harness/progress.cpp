#include "harness/progress.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace assay {
namespace {

constexpr auto kRedrawEvery = std::chrono::milliseconds(100);
constexpr auto kLineEvery = std::chrono::seconds(5);
constexpr std::size_t kBarWidth = 24, kShortestBar = 4;
constexpr std::size_t kUsualColumns = 80;

std::size_t terminal_columns() {
  winsize size{};
  return ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : kUsualColumns;
}

}  // namespace

std::string duration_text(double seconds) {
  const auto whole = static_cast<std::int64_t>(std::ceil(seconds));
  if (whole < 60) return fmt::format("{} s", whole);
  if (whole < 3600) return fmt::format("{} min {:02} s", whole / 60, whole % 60);
  return fmt::format("{} h {:02} min", whole / 3600, whole % 3600 / 60);
}

std::string bar_text(std::int64_t done, std::int64_t total, std::string_view line, std::size_t columns) {
  const std::size_t most = columns - std::min<std::size_t>(columns, 1);  // a letter in the last column would break the line
  constexpr std::size_t kFrame = 3;                                      // "[", "] "
  if (line.size() + kFrame + kShortestBar > most) return std::string(line.substr(0, most));
  const std::size_t width = std::min(kBarWidth, most - line.size() - kFrame);
  const std::size_t filled = total <= 0 ? width : width * static_cast<std::size_t>(std::clamp<std::int64_t>(done, 0, total)) / static_cast<std::size_t>(total);
  return fmt::format("[{}{}] {}", std::string(filled, '#'), std::string(width - filled, '.'), line);
}

Progress::Style Progress::style_of_stderr() { return ::isatty(STDERR_FILENO) == 1 ? Style::kBar : Style::kLines; }

Progress::Progress(Style style, std::int64_t total, std::int64_t done_before)
    : style_(style), total_(total), done_before_(done_before), done_(done_before), started_(Clock::now()),
      next_drawing_(started_ + (style == Style::kBar ? Clock::duration(kRedrawEvery) : Clock::duration(kLineEvery))) {
  if (style == Style::kBar) draw();  // the first sample may be long in coming
}

Progress::~Progress() {
  if (style_ == Style::kSilent || (style_ == Style::kLines && done_ == done_before_)) return;
  draw();
  if (style_ == Style::kBar) fmt::print(stderr, "\n");
}

void Progress::update(std::int64_t done, std::int64_t failed) {
  done_ = done;
  failed_ = failed;
  if (style_ == Style::kSilent) return;
  const auto now = Clock::now();
  if (now < next_drawing_) return;
  next_drawing_ = now + (style_ == Style::kBar ? Clock::duration(kRedrawEvery) : Clock::duration(kLineEvery));
  draw();
}

void Progress::draw() {
  const double seconds = std::chrono::duration<double>(Clock::now() - started_).count();
  const double rate = static_cast<double>(done_ - done_before_) / std::max(seconds, 1e-9);
  std::string line = fmt::format("{}/{} samples", done_, total_);
  if (rate > 0) line += fmt::format(", {:.{}f}/s", rate, rate < 10 ? 2 : 0);
  if (rate > 0 && done_ < total_) line += fmt::format(", {} left", duration_text(static_cast<double>(total_ - done_) / rate));
  if (failed_ > 0) line += fmt::format(", {} failed", failed_);
  if (style_ == Style::kLines) {
    fmt::print(stderr, "{}\n", line);
    return;
  }
  fmt::print(stderr, "\r\x1b[K{}", bar_text(done_, total_, line, terminal_columns()));
  std::fflush(stderr);
}

}  // namespace assay
