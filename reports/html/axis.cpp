#include "reports/html/axis.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "reports/escaping.h"

namespace assay::html {

double Axis::at(double value) const {
  const double share = high > low ? (std::clamp(value, low, high) - low) / (high - low) : 0.5;
  return from + share * (to - from);
}

std::vector<double> Axis::ticks() const {
  constexpr double kMostSteps = 7;
  const double span = high - low;
  if (!(span > 0) || !std::isfinite(span)) return {low};
  double step = std::pow(10, std::floor(std::log10(span / kMostSteps)));
  for (const double factor : {1.0, 2.0, 5.0, 10.0})
    if (span / (step * factor) <= kMostSteps) {
      step *= factor;
      break;
    }
  std::vector<double> places;
  for (double k = std::ceil(low / step - 1e-9); k * step <= high + 1e-9 * span; ++k) places.push_back(k * step);
  return places;
}

std::string tick_text(double value) { return fmt::format("{:g}", std::abs(value) < 1e-12 ? 0.0 : value); }

std::string svg_line(double x1, double y1, double x2, double y2, std::string_view css_class) {
  return fmt::format("<line x1=\"{:.1f}\" y1=\"{:.1f}\" x2=\"{:.1f}\" y2=\"{:.1f}\" class=\"{}\"/>\n", x1, y1, x2, y2, css_class);
}

std::string svg_rectangle(double x, double y, double width, double height, std::string_view css_class) {
  return fmt::format("<rect x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{:.1f}\" class=\"{}\"/>\n", x, y,
                     std::max(width, 0.0), height, css_class);
}

std::string svg_text(double x, double y, std::string_view anchor, std::string_view text, std::size_t letters,
                     std::string_view css_class) {
  const std::string shown = shortened(text, letters);
  const std::string whole = shown == text ? "" : fmt::format("<title>{}</title>", markup_escaped(text));
  const std::string attribute = css_class.empty() ? "" : fmt::format(" class=\"{}\"", css_class);
  return fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"{}\" unicode-bidi=\"isolate\"{}>{}{}</text>\n", x, y, anchor,
                     attribute, whole, markup_escaped(shown));
}

std::string svg_drawing(double width, double height, std::string_view title, std::string_view content) {
  return fmt::format(
      "<div class=\"scroll plot\" tabindex=\"0\" role=\"region\" aria-label=\"{0}\">\n<svg viewBox=\"0 0 {1:.0f} {2:.0f}\" "
      "role=\"img\" "
      "aria-label=\"{0}\">\n{3}</svg>\n</div>\n",
      markup_escaped(title), width, height, content);
}

}  // namespace assay::html
