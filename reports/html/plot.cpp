#include "reports/html/plot.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "reports/html/axis.h"
#include "reports/number_text.h"

namespace assay::html {
namespace {

constexpr double kWidth = 900, kRow = 26, kTop = 8, kAxisHeight = 40;
constexpr double kLabels = 290;   ///< where names end
constexpr double kNumbers = 740;  ///< where numbers begin
constexpr std::size_t kNameLetters = 42;
constexpr std::size_t kTitleLetters = 110;

bool are_finite(std::initializer_list<double> values) {
  return std::all_of(values.begin(), values.end(), [](double value) { return std::isfinite(value); });
}

/// The grid and its numbers under `rows` rows.
std::string horizontal_axis(const Axis& axis, double bottom, const std::string& unit) {
  std::string text;
  for (const double tick : axis.ticks()) {
    text += svg_line(axis.at(tick), kTop, axis.at(tick), bottom, "axis");
    text += svg_text(axis.at(tick), bottom + 15, "middle", tick_text(tick), 20, "soft");
  }
  return text + svg_text((axis.from + axis.to) / 2, bottom + 32, "middle", unit, 200, "soft");
}

std::string whisker(const Axis& axis, const Interval& interval, double y, std::string_view css_class) {
  const double low = axis.at(interval.low), high = axis.at(interval.high);
  return svg_line(low, y, high, y, css_class) + svg_line(low, y - 4, low, y + 4, css_class) +
         svg_line(high, y - 4, high, y + 4, css_class);
}

/// The scale that a value belongs to: 1, 100, or the next 1, 2 or 5 times a power of ten.
double scale_of(double most) {
  if (most <= 1) return 1;
  if (most <= 100) return 100;
  double scale = std::pow(10, std::floor(std::log10(most)));
  for (const double factor : {1.0, 2.0, 5.0, 10.0})
    if (most <= scale * factor) return scale * factor;
  return most;
}

std::string bar_plot(const std::vector<Bar>& bars, double scale, const std::string& title) {
  Axis axis = {0, scale, kLabels + 10, kNumbers - 20};
  for (const auto& bar : bars) axis.low = std::min({axis.low, bar.value, std::isfinite(bar.interval.low) ? bar.interval.low : 0.0});
  const double bottom = kTop + kRow * static_cast<double>(bars.size());
  std::string text = horizontal_axis(axis, bottom, "");
  for (std::size_t i = 0; i < bars.size(); ++i) {
    const Bar& bar = bars[i];
    const double y = kTop + kRow * (static_cast<double>(i) + 0.5);
    const double left = std::min(axis.at(0), axis.at(bar.value)), right = std::max(axis.at(0), axis.at(bar.value));
    text += svg_text(kLabels, y + 4, "end", bar.name, kNameLetters);
    text += svg_rectangle(left, y - 7, right - left, 14, "bar");
    if (are_finite({bar.interval.low, bar.interval.high})) text += whisker(axis, bar.interval, y, "whisker");
    text += svg_text(kNumbers, y + 4, "start", number_text(bar.value), 20, "soft");
  }
  return svg_drawing(kWidth, bottom + kAxisHeight / 2, title, text);
}

/// True if no other point costs less and scores at least as much, or costs as much and scores more.
bool is_on_front(const Point& point, const std::vector<Point>& points) {
  return std::none_of(points.begin(), points.end(), [&](const Point& other) {
    return other.cost <= point.cost && other.score >= point.score && (other.cost < point.cost || other.score > point.score);
  });
}

/// Lines from the cheapest to the best of the points that none beats.
std::string front_line(const std::vector<Point>& points, const Axis& x, const Axis& y) {
  std::vector<Point> front;
  for (const auto& point : points)
    if (is_on_front(point, points)) front.push_back(point);
  std::sort(front.begin(), front.end(), [](const Point& a, const Point& b) { return a.cost < b.cost; });
  std::string places;
  for (const auto& point : front) places += fmt::format("{:.1f},{:.1f} ", x.at(point.cost), y.at(point.score));
  return fmt::format("<polyline points=\"{}\" class=\"front\"/>\n", places);
}

std::string cost_axes(const Axis& x, const Axis& y, const std::string& cost_name, const std::string& score_name) {
  std::string text;
  for (const double tick : x.ticks())
    text += svg_line(x.at(tick), y.from, x.at(tick), y.to, "axis") +
            svg_text(x.at(tick), y.from + 16, "middle", tick_text(tick), 20, "soft");
  for (const double tick : y.ticks())
    text += svg_line(x.from, y.at(tick), x.to, y.at(tick), "axis") +
            svg_text(x.from - 8, y.at(tick) + 4, "end", tick_text(tick), 20, "soft");
  return text + svg_text((x.from + x.to) / 2, y.from + 34, "middle", cost_name, 200, "soft") +
         svg_text(x.from, y.to - 10, "start", score_name, kTitleLetters, "soft");
}

/// Names beside their points, moved down where they would lie on each other.
std::string point_names(std::vector<Point> points, const Axis& x, const Axis& y) {
  constexpr double kLetterHeight = 15;
  std::sort(points.begin(), points.end(), [](const Point& a, const Point& b) { return a.score > b.score; });
  std::string text;
  double last = -1e9;
  for (const auto& point : points) {
    const double px = x.at(point.cost);
    const bool is_far_right = px > x.from + 0.7 * (x.to - x.from);
    const double py = std::max(y.at(point.score) - 9, last + kLetterHeight);
    last = py;
    text += svg_text(is_far_right ? px - 9 : px + 9, py, is_far_right ? "end" : "start", point.name, kNameLetters, "over");
  }
  return text;
}

}  // namespace

std::string difference_plot(const std::vector<Difference>& all, const std::string& title, const std::string& unit) {
  std::vector<Difference> rows;
  Axis axis = {0, 0, kLabels + 10, kNumbers - 20};
  for (const auto& row : all) {
    if (!are_finite({row.value, row.interval.low, row.interval.high, row.margin})) continue;
    rows.push_back(row);
    axis.low = std::min({axis.low, row.interval.low, -row.margin});
    axis.high = std::max({axis.high, row.interval.high, row.margin});
  }
  if (rows.empty()) return "";
  const double pad = 0.04 * std::max(axis.high - axis.low, 1e-9);
  axis.low -= pad, axis.high += pad;
  const double bottom = kTop + kRow * static_cast<double>(rows.size());
  std::string text = horizontal_axis(axis, bottom, unit) + svg_line(axis.at(0), kTop, axis.at(0), bottom, "zero");
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const Difference& row = rows[i];
    const double y = kTop + kRow * (static_cast<double>(i) + 0.5);
    text += svg_text(kLabels, y + 4, "end", row.name, kNameLetters);
    if (row.margin > 0) text += svg_line(axis.at(-row.margin), y - 11, axis.at(-row.margin), y + 11, "margin");
    text += whisker(axis, row.interval, y, row.css_class);
    text += fmt::format("<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"4.5\" class=\"{}\"/>\n", axis.at(row.value), y, row.css_class);
    text += svg_text(kNumbers, y + 4, "start",
                     fmt::format("{:+.2f} [{:+.2f}, {:+.2f}]", row.value, row.interval.low, row.interval.high), 60, "soft");
  }
  return svg_drawing(kWidth, bottom + kAxisHeight, title, text);
}

std::string bar_plots(const std::vector<Bar>& bars, const std::string& title) {
  std::map<double, std::vector<Bar>> by_scale;
  for (const auto& bar : bars)
    if (std::isfinite(bar.value))
      by_scale[scale_of(std::max(bar.value, std::isfinite(bar.interval.high) ? bar.interval.high : bar.value))].push_back(bar);
  std::string text;
  for (const auto& [scale, group] : by_scale) text += bar_plot(group, scale, title);
  return text;
}

std::string stack_plot(const std::vector<Stack>& stacks, const std::vector<std::string>& part_names, const std::string& title,
                       const std::string& unit) {
  double most = 0;
  for (const auto& stack : stacks) {
    double total = 0;
    for (const double part : stack.parts) total += part;
    most = std::max(most, total);
  }
  if (!(most > 0) || !std::isfinite(most)) return "";
  const Axis axis = {0, most, kLabels + 10, kWidth - 40};
  const double bottom = kTop + kRow * static_cast<double>(stacks.size());
  std::string text = horizontal_axis(axis, bottom, unit);
  for (std::size_t i = 0; i < stacks.size(); ++i) {
    const double y = kTop + kRow * (static_cast<double>(i) + 0.5);
    text += svg_text(kLabels, y + 4, "end", stacks[i].name, kNameLetters);
    double begin = 0;
    for (std::size_t k = 0; k < stacks[i].parts.size(); ++k) {
      const double end = begin + stacks[i].parts[k];
      text += svg_rectangle(axis.at(begin), y - 9, axis.at(end) - axis.at(begin), 18, fmt::format("s{}", k));
      begin = end;
    }
  }
  const double legend = bottom + kAxisHeight + 6;
  for (std::size_t k = 0; k < part_names.size(); ++k) {
    const double x = 30 + 170 * static_cast<double>(k);
    text += svg_rectangle(x, legend, 12, 12, fmt::format("s{}", k)) + svg_text(x + 18, legend + 11, "start", part_names[k], 30);
  }
  return svg_drawing(kWidth, legend + 22, title, text);
}

std::string cost_plot(const std::vector<Point>& all, const std::string& title, const std::string& cost_name,
                      const std::string& score_name) {
  std::vector<Point> points;
  for (const auto& point : all)
    if (are_finite({point.cost, point.score}) && point.cost >= 0) points.push_back(point);
  if (points.empty()) return "";
  constexpr double kHeight = 320;
  Axis x = {0, 0, 80, kWidth - 30}, y = {points[0].score, points[0].score, kHeight - 46, 34};
  for (const auto& point : points) {
    x.high = std::max(x.high, point.cost);
    y.low = std::min({y.low, point.score, std::isfinite(point.interval.low) ? point.interval.low : point.score});
    y.high = std::max({y.high, point.score, std::isfinite(point.interval.high) ? point.interval.high : point.score});
  }
  const double pad = 0.08 * std::max(y.high - y.low, 1e-6);
  x.high = x.high > 0 ? 1.08 * x.high : 1;
  y.low -= pad, y.high += pad;
  std::string text = cost_axes(x, y, cost_name, score_name) + front_line(points, x, y);
  for (const auto& point : points) {
    const double px = x.at(point.cost);
    if (are_finite({point.interval.low, point.interval.high}))
      text += svg_line(px, y.at(point.interval.low), px, y.at(point.interval.high), "whisker");
    text += fmt::format("<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"5\" class=\"point\"/>\n", px, y.at(point.score));
  }
  return svg_drawing(kWidth, kHeight, title, text + point_names(points, x, y));
}

}  // namespace assay::html
