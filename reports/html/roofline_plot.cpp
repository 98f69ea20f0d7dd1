#include "reports/html/roofline_plot.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <string_view>
#include <vector>

#include "reports/escaping.h"
#include "reports/html/axis.h"
#include "reports/html/table.h"

namespace assay::html {
namespace {

constexpr const char* kTitle = "Stages against the machine's limits";
constexpr double kWidth = 900, kPlotBottom = 400, kLegendTop = 452, kLegendRow = 17;
constexpr std::size_t kColumns = 3;
constexpr std::size_t kColours = 3;  // as the style sheet has for roofs
constexpr double kTera = 1e12, kGiga = 1e9;

/// A value on a scale of powers of ten.
struct LogAxis {
  double low, high;  ///< powers of ten
  double from, to;
  [[nodiscard]] double at(double value) const {
    return Axis{std::log10(low), std::log10(high), from, to}.at(std::log10(value));
  }
  [[nodiscard]] std::vector<double> ticks() const {
    std::vector<double> places;
    for (double power = low; power <= high * 1.001; power *= 10) places.push_back(power);
    return places;
  }
};

double power_below(double value) { return std::pow(10, std::floor(std::log10(value))); }
double power_above(double value) { return std::pow(10, std::ceil(std::log10(value))); }

bool is_drawn(const RooflineRow& row) { return std::isfinite(row.flops) && std::isfinite(row.bytes) && row.flops > 0 && row.bytes > 0; }

/// What there is to draw, the roofs from the highest down.
Roofline drawable(const Roofline& all) {
  Roofline kept{all.bytes, {}, {}};
  for (const auto& roof : all.roofs)
    if (std::isfinite(roof.flops) && roof.flops > 0) kept.roofs.push_back(roof);
  std::ranges::sort(kept.roofs, [](const Roof& a, const Roof& b) { return a.flops > b.flops; });
  std::ranges::copy_if(all.rows, std::back_inserter(kept.rows), is_drawn);
  return kept;
}

bool can_be_drawn(const Roofline& roofline) { return !roofline.rows.empty() && !roofline.roofs.empty() && std::isfinite(roofline.bytes) && roofline.bytes > 0; }

std::size_t colour_of(const Roofline& roofline, const std::string& roof) {
  const auto place = std::ranges::find(roofline.roofs, roof, &Roof::name) - roofline.roofs.begin();
  return static_cast<std::size_t>(place) % kColours;
}

/// Three digits, and all of those before the point.
std::string three_digits(double value) {
  const int decimals = value > 0 && std::isfinite(value) ? std::clamp(2 - static_cast<int>(std::floor(std::log10(value))), 0, 6) : 0;
  return fmt::format("{:.{}f}", value, decimals);
}

std::string rate_text(double flops) { return flops >= kTera ? fmt::format("{:.3g} TFLOP/s", flops / kTera) : fmt::format("{:.3g} GFLOP/s", flops / kGiga); }

class Drawing {
 public:
  explicit Drawing(const Roofline& roofline) : all_(roofline) {
    double low = roofline.rows[0].intensity(), high = low, slowest = roofline.rows[0].flops, fastest = slowest;
    for (const auto& row : roofline.rows) {
      low = std::min(low, row.intensity()), high = std::max(high, row.intensity());
      slowest = std::min(slowest, row.flops), fastest = std::max(fastest, row.flops);
    }
    for (const auto& roof : roofline.roofs) {
      const double ridge = roof.flops / roofline.bytes;
      low = std::min(low, ridge / 2), high = std::max(high, 2 * ridge), fastest = std::max(fastest, roof.flops);
    }
    x_ = {power_below(low), power_above(high), 74, kWidth - 24};
    y_ = {power_below(slowest), power_above(1.4 * fastest), kPlotBottom, 34};
  }

  [[nodiscard]] std::string content() { return grid() + roofs() + dots() + legend(); }
  [[nodiscard]] double height() const { return kLegendTop + kLegendRow * static_cast<double>((all_.rows.size() + kColumns - 1) / kColumns) + 6; }

 private:
  struct Box {
    double left, top, right, bottom;
    [[nodiscard]] bool meets(const Box& other) const { return left < other.right && other.left < right && top < other.bottom && other.top < bottom; }
  };

  [[nodiscard]] std::string grid() const {
    std::string text;
    for (const double tick : x_.ticks())
      text += svg_line(x_.at(tick), y_.from, x_.at(tick), y_.to, "axis") + svg_text(x_.at(tick), y_.from + 16, "middle", fmt::format("{}", tick), 20, "soft");
    for (const double tick : y_.ticks())
      text += svg_line(x_.from, y_.at(tick), x_.to, y_.at(tick), "axis") + svg_text(x_.from - 8, y_.at(tick) + 4, "end", fmt::format("{}", tick / kGiga), 20, "soft");
    return text + svg_text((x_.from + x_.to) / 2, y_.from + 36, "middle", "operations a byte", 40, "soft") + svg_text(20, 18, "start", "GFLOP/s", 40, "soft");
  }

  /// Under the ridge as fast as memory is read, beyond it as fast as products go.
  [[nodiscard]] std::string roofs() {
    std::string text;
    double last = 0;
    for (const auto& roof : all_.roofs) {
      const double first = std::max(x_.low, y_.low / all_.bytes), ridge = roof.flops / all_.bytes, y = y_.at(roof.flops);
      text += fmt::format("<polyline points=\"{:.1f},{:.1f} {:.1f},{:.1f} {:.1f},{:.1f}\" class=\"roof{}\"/>\n", x_.at(first), y_.at(first * all_.bytes), x_.at(ridge), y,
                          x_.to, y, colour_of(all_, roof.name));
      last = std::max(y - 7, last + 15);
      text += label(x_.to - 4, last, "end", fmt::format("{}: {}", roof.name, rate_text(roof.flops)));
    }
    const double middle = std::sqrt(std::max(x_.low, y_.low / all_.bytes) * all_.roofs.back().flops / all_.bytes);
    return text + label(x_.at(middle) - 12, y_.at(middle * all_.bytes) - 8, "end", fmt::format("reading: {:.3g} GB/s", all_.bytes / kGiga));
  }

  /// A text that dots' numbers keep away from.
  std::string label(double x, double y, std::string_view anchor, const std::string& words) {
    const double width = kLetter * static_cast<double>(words.size());
    taken_.push_back(anchor == "end" ? Box{x - width, y - 11, x, y + 3} : Box{x, y - 11, x + width, y + 3});
    return svg_text(x, y, anchor, words, 60, "over");
  }

  [[nodiscard]] std::string dots() {
    constexpr double kRadius = 4.5;
    std::string text;
    for (const auto& row : all_.rows) {
      const double x = x_.at(row.intensity()), y = y_.at(row.flops);
      taken_.push_back({x - kRadius, y - kRadius, x + kRadius, y + kRadius});
      text += fmt::format("<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"{}\" class=\"s{}\"><title>{}</title></circle>\n", x, y, kRadius, fill_of(row), markup_escaped(words_of(row)));
    }
    for (std::size_t i = 0; i < all_.rows.size(); ++i) text += number(i);
    return text;
  }

  /// The number of a dot beside it, at the first place that is free; far from it with a line between.
  std::string number(std::size_t row) {
    const double x = x_.at(all_.rows[row].intensity()), y = y_.at(all_.rows[row].flops);
    const auto words = fmt::format("{}", row + 1);
    const double width = kLetter * static_cast<double>(words.size()), height = 12;
    constexpr std::array<std::array<double, 2>, 8> kDirections = {{{0, -1}, {1, -0.7}, {-1, -0.7}, {1, 0.7}, {-1, 0.7}, {0, 1}, {1, 0}, {-1, 0}}};
    for (double away = 13; away < 90; away += 11)
      for (const auto& [right, down] : kDirections) {
        const double middle = x + away * right, centre = y + away * down;
        const Box box{middle - width / 2 - 1, centre - height / 2, middle + width / 2 + 1, centre + height / 2};
        const bool is_inside = box.left > x_.from && box.right < x_.to && box.top > y_.to - 10 && box.bottom < y_.from;
        if (!is_inside || std::ranges::any_of(taken_, [&](const Box& other) { return box.meets(other); })) continue;
        taken_.push_back(box);
        const auto line = away > 13 ? svg_line(x, y, middle, centre, "soft-line") : "";
        return line + svg_text(middle, centre + 4, "middle", words, 10, "over");
      }
    return "";  // the legend and the dot's own title still say it
  }

  [[nodiscard]] std::string legend() const {
    std::string text;
    const std::size_t lines = (all_.rows.size() + kColumns - 1) / kColumns;
    for (std::size_t i = 0; i < all_.rows.size(); ++i) {
      const double x = 20 + (kWidth - 20) / kColumns * static_cast<double>(i / lines), y = kLegendTop + kLegendRow * static_cast<double>(i % lines);
      text += fmt::format("<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"4.5\" class=\"s{}\"/>\n", x, y, fill_of(all_.rows[i]));
      text += svg_text(x + 10, y + 4, "start", fmt::format("{}  {}", i + 1, words_of(all_.rows[i])), 44);
    }
    return text;
  }

  [[nodiscard]] static std::string words_of(const RooflineRow& row) { return fmt::format("{}, {}: {:.0f} %", row.name, row.roof, 100 * row.share); }
  /// The style sheet's fills stand at every second place of its series.
  [[nodiscard]] std::size_t fill_of(const RooflineRow& row) const { return 2 * colour_of(all_, row.roof); }

  static constexpr double kLetter = 7;
  const Roofline& all_;
  LogAxis x_{}, y_{};
  std::vector<Box> taken_;
};

constexpr std::string_view kFileStyle = R"(<style>
svg { background: #ffffff }
text { font: 12px system-ui, "Segoe UI", "Noto Sans", "DejaVu Sans", sans-serif; fill: #1c1f24 }
.soft { fill: #5c6470 } .over { paint-order: stroke; stroke: #ffffff; stroke-width: 4px; stroke-linejoin: round }
.axis { stroke: #dcdfe4 } .soft-line { stroke: #9aa3ae }
.s0 { fill: #4477aa } .s2 { fill: #228833 } .s4 { fill: #ee6677 }
.roof0, .roof1, .roof2 { fill: none; stroke-width: 1.8 } .roof0 { stroke: #4477aa } .roof1 { stroke: #228833 } .roof2 { stroke: #ee6677 }
@media (prefers-color-scheme: dark) {
svg { background: #14171b } text { fill: #e6e8eb } .soft { fill: #9aa3ae } .over { stroke: #14171b } .axis { stroke: #323841 }
}
</style>
)";

}  // namespace

Section roofline_section(const Roofline& all) {
  const Roofline roofline = drawable(all);
  if (!can_be_drawn(roofline)) return {"roofline", kTitle, ""};
  PageTable table = {kTitle, {{"no.", true}, {"stage"}, {"dtype"}, {"ms", true}, {"GFLOP/s", true}, {"GB/s", true}, {"operations a byte", true}, {"share", true}}, {}};
  for (std::size_t i = 0; i < roofline.rows.size(); ++i) {
    const auto& row = roofline.rows[i];
    table.rows.push_back({{count_cell(static_cast<std::int64_t>(i + 1)), text_cell(row.name), text_cell(row.roof), number_cell(row.seconds, three_digits(1e3 * row.seconds)),
                           number_cell(row.flops, three_digits(row.flops / kGiga)), number_cell(row.bytes, three_digits(row.bytes / kGiga)),
                           number_cell(row.intensity(), three_digits(row.intensity())), number_cell(row.share, fmt::format("{:.0f} %", 100 * row.share))}});
  }
  Drawing drawing(roofline);
  const auto content = drawing.content();
  return {"roofline", kTitle,
          paragraph("Share: the least time that the machine's limits, measured in the same process, allow by operations or by bytes, over the time taken.") + svg_drawing(kWidth, drawing.height(), kTitle, content) + page_table(table)};
}

}  // namespace assay::html

namespace assay {

std::string roofline_svg(const Roofline& all) {
  const Roofline roofline = html::drawable(all);
  if (!html::can_be_drawn(roofline)) return "";
  html::Drawing drawing(roofline);
  const auto content = drawing.content();
  return fmt::format("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {0:.0f} {1:.0f}\" width=\"{0:.0f}\" height=\"{1:.0f}\" role=\"img\">\n<title>{2}</title>\n{3}{4}</svg>\n",
                     html::kWidth, drawing.height(), html::kTitle, html::kFileStyle, content);
}

}  // namespace assay
