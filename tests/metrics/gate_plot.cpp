#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>

#include "tests/metrics/gate_figures.h"

/// The picture of the statistics page, as SVG.
namespace assay::simulation {
namespace {

constexpr double kWidth = 960, kHeight = 790;
constexpr double kBarReach = 1.96;     // standard errors: 95 % of Monte Carlo
constexpr std::size_t kFewClusters = 40;  // below, the gate takes the wild bootstrap

/// How one rule is drawn; a shape of its own besides its colour.
struct Look {
  std::string_view css;   ///< class
  char shape;             ///< 's'quare, 'd'iamond, 't'riangle, 'c'ircle, 'r'ing
  std::string_view name;  ///< in the legend
};
constexpr Look kFixed{"fixed", 's', "fixed threshold: lower by more than 1 point"}, kUnpaired{"unpaired", 'd', "unpaired z test"},
    kGate{"gate", 'c', "Assay's gate: FAIL"}, kPass{"pass", 'r', "Assay's gate: PASS (margin of 1 point)"},
    kNaive{"naive", 't', "test that ignores clusters"}, kBca{"bca", 'd', "BCa bootstrap of few clusters"};

constexpr std::string_view kHead = R"(<style>
text { font: 13px system-ui, "Segoe UI", "DejaVu Sans", sans-serif; fill: #1f2328 }
.title { font-size: 15px; font-weight: 600 }
.small { font-size: 12px; fill: #57606a }
.paper { fill: #ffffff }
.grid { stroke: #d8dee4; stroke-width: 1 }
.axis { stroke: #8c959f; stroke-width: 1 }
.limit { stroke: #1f2328; stroke-width: 1.2; stroke-dasharray: 5 4 }
.line { fill: none; stroke-width: 1.8 }
.bar { stroke-width: 1.4 }
.fixed { stroke: #d55e00; fill: #d55e00 } .unpaired { stroke: #7f7f7f; fill: #7f7f7f } .gate { stroke: #0072b2; fill: #0072b2 }
.pass { stroke: #009e73; fill: #009e73 } .naive { stroke: #b0568f; fill: #b0568f } .bca { stroke: #b8860b; fill: #b8860b }
.line, .hollow { fill: none }
@media (prefers-color-scheme: dark) {
text { fill: #e6edf3 } .small { fill: #9da7b3 } .paper { fill: #0d1117 } .grid { stroke: #2b323b } .axis { stroke: #6e7681 } .limit { stroke: #e6edf3 }
.fixed { stroke: #ff8c42; fill: #ff8c42 } .unpaired { stroke: #a8a8a8; fill: #a8a8a8 } .gate { stroke: #58a6e0; fill: #58a6e0 }
.pass { stroke: #3fc79a; fill: #3fc79a } .naive { stroke: #d98fbd; fill: #d98fbd } .bca { stroke: #d9a92b; fill: #d9a92b } .line, .hollow { fill: none }
}
</style>
)";

class Drawing {
 public:
  void line(std::string_view css, double x1, double y1, double x2, double y2) {
    body_ += fmt::format("<line class=\"{}\" x1=\"{:.1f}\" y1=\"{:.1f}\" x2=\"{:.1f}\" y2=\"{:.1f}\"/>\n", css, x1, y1, x2, y2);
  }
  /// `anchor` is start, middle or end.
  void text(std::string_view css, double x, double y, std::string_view anchor, std::string_view words) {
    body_ += fmt::format("<text class=\"{}\" x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"{}\">{}</text>\n", css, x, y, anchor, words);
  }
  void mark(const Look& look, double x, double y) {
    switch (look.shape) {
      case 's': body_ += fmt::format("<rect class=\"{}\" x=\"{:.1f}\" y=\"{:.1f}\" width=\"8\" height=\"8\"/>\n", look.css, x - 4, y - 4); break;
      case 'd': body_ += fmt::format("<path class=\"{}\" d=\"M{:.1f} {:.1f}l5 5l-5 5l-5 -5z\"/>\n", look.css, x, y - 5); break;
      case 't': body_ += fmt::format("<path class=\"{}\" d=\"M{:.1f} {:.1f}l5 9h-10z\"/>\n", look.css, x, y - 5); break;
      case 'r': body_ += fmt::format("<circle class=\"{} hollow\" cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"4\" stroke-width=\"2\"/>\n", look.css, x, y); break;
      default: body_ += fmt::format("<circle class=\"{}\" cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"4.5\"/>\n", look.css, x, y);
    }
  }
  void curve(std::string_view css, const std::vector<std::pair<double, double>>& at) {
    std::string points;
    for (const auto& [x, y] : at) points += fmt::format("{:.1f},{:.1f} ", x, y);
    body_ += fmt::format("<polyline class=\"{} line\" points=\"{}\"/>\n", css, points);
  }
  [[nodiscard]] std::string svg(std::string_view description) const {
    return fmt::format("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {0} {1}\" width=\"{0}\" height=\"{1}\" role=\"img\">\n<title>{2}</title>\n{3}"
                       "<rect class=\"paper\" width=\"{0}\" height=\"{1}\"/>\n{4}</svg>\n", kWidth, kHeight, description, kHead, body_);
  }

 private:
  std::string body_;
};

/// Rows of shares from 0 to 36 %, one line for each cell.
class DotPanel {
 public:
  DotPanel(Drawing& drawing, double left, double top, std::size_t rows) : drawing_(drawing), left_(left), top_(top), bottom_(top + kRow * static_cast<double>(rows)) {
    for (const int percent : {0, 10, 20, 30}) {
      drawing_.line("grid", x_of(percent / 100.0), top_, x_of(percent / 100.0), bottom_);
      drawing_.text("small", x_of(percent / 100.0), bottom_ + 16, "middle", fmt::format("{} %", percent));
    }
    drawing_.line("limit", x_of(0.05), top_ - 4, x_of(0.05), bottom_);
    drawing_.text("small", x_of(0.05), bottom_ + 16, "middle", "5 %");
  }
  void begin_row(const std::string& label) {
    y_ = top_ + kRow * (0.5 + static_cast<double>(rows_++));
    drawing_.text("", left_ + kLabels - 12, y_ + 4, "end", label);
  }
  void dot(const Look& look, double share, int runs) {
    if (std::isnan(share)) return;
    const double reach = kBarReach * standard_error_of(share, runs);
    drawing_.line(fmt::format("{} bar", look.css), x_of(std::max(0.0, share - reach)), y_, x_of(share + reach), y_);
    drawing_.mark(look, x_of(share), y_);
  }

 private:
  static constexpr double kRow = 34, kLabels = 150, kPlot = 300, kMost = 0.36;
  [[nodiscard]] double x_of(double share) const { return left_ + kLabels + kPlot * share / kMost; }

  Drawing& drawing_;
  double left_, top_, bottom_, y_ = 0;
  std::size_t rows_ = 0;
};

/// Shares from 0 to 100 % over true drops from 0 to 3 points.
class CurvePanel {
 public:
  CurvePanel(Drawing& drawing, double left, double top, std::string_view title) : drawing_(drawing), left_(left), top_(top) {
    for (const int percent : {0, 25, 50, 75, 100}) {
      drawing_.line("grid", left_, y_of(percent / 100.0), left_ + kPlot, y_of(percent / 100.0));
      drawing_.text("small", left_ - 6, y_of(percent / 100.0) + 4, "end", fmt::format("{} %", percent));
    }
    for (const int points : {0, 1, 2, 3}) drawing_.text("small", x_of(points / 100.0), top_ + kTall + 20, "middle", fmt::format("{}", points));
    drawing_.line("limit", left_, y_of(0.05), left_ + kPlot, y_of(0.05));
    drawing_.line("axis", x_of(0.01), top_, x_of(0.01), top_ + kTall);
    drawing_.text("", left_ + kPlot / 2, top_ - 10, "middle", title);
    drawing_.text("small", left_ + kPlot / 2, top_ + kTall + 38, "middle", "true drop, points");
  }
  /// `share_at` gives a rule's share in a cell.
  template <typename ShareAt>
  void curve(const Look& look, const Figures& figures, std::size_t samples, const ShareAt& share_at) {
    std::vector<std::pair<double, double>> points;
    for (const auto& [pairs, rates] : figures.power) {
      if (pairs.samples != samples) continue;
      const double share = share_at(rates), reach = kBarReach * standard_error_of(share, figures.runs), x = x_of(pairs.drop);
      drawing_.line(fmt::format("{} bar", look.css), x, y_of(std::max(0.0, share - reach)), x, y_of(std::min(1.0, share + reach)));
      points.emplace_back(x, y_of(share));
    }
    drawing_.curve(look.css, points);
    for (std::size_t i = 0; i < points.size(); i += 4) drawing_.mark(look, points[i].first, points[i].second);
  }

 private:
  static constexpr double kPlot = 250, kTall = 210;
  [[nodiscard]] double x_of(double drop) const { return left_ + kPlot * drop / 0.03; }
  [[nodiscard]] double y_of(double share) const { return top_ + kTall * (1 - share); }

  Drawing& drawing_;
  double left_, top_;
};

std::string thousands(std::size_t number) { return number < 1000 ? fmt::format("{}", number) : fmt::format("{},{:03}", number / 1000, number % 1000); }

void draw_false_alarms(Drawing& drawing, const Figures& figures) {
  constexpr double kTop = 92;
  drawing.text("title", 20, 66, "start", "Unchanged builds flagged: one sample a picture");
  const auto unchanged = [](const auto& cell) { return cell.cell.drop == 0; };
  DotPanel alone(drawing, 10, kTop, static_cast<std::size_t>(std::count_if(figures.rules.begin(), figures.rules.end(), unchanged)));
  for (const auto& [pairs, rates] : figures.rules) {
    if (pairs.drop != 0) continue;
    alone.begin_row(fmt::format("n = {}, {:.3g} % flips", thousands(pairs.samples), 100 * pairs.flip_rate));
    alone.dot(kFixed, rates.fixed, figures.runs);
    alone.dot(kUnpaired, rates.unpaired_z, figures.runs);
    alone.dot(kGate, rates.gate_fail, figures.runs);
  }
  drawing.text("title", 520, 66, "start", "… and several samples a picture");
  DotPanel clustered(drawing, 490, kTop, figures.clusters.size());
  for (const auto& [shape, rates] : figures.clusters) {
    clustered.begin_row(fmt::format("{} × {}, corr. {:g}", thousands(shape.clusters), shape.size, shape.correlation));
    clustered.dot(kNaive, rates.naive_z, figures.runs);
    clustered.dot(kBca, rates.bca, figures.runs);
    clustered.dot(kGate, shape.clusters < kFewClusters ? rates.wild : rates.clustered_t, figures.runs);
  }
}

void draw_power(Drawing& drawing, const Figures& figures) {
  constexpr double kTop = 420, kStep = 310;
  drawing.text("title", 20, 376, "start", "Builds flagged, by how much worse they truly are (6 % flips; upright line: the margin)");
  double left = 62;
  for (const std::size_t samples : {200, 900, 2500}) {
    CurvePanel panel(drawing, left, kTop, "n = " + thousands(samples));
    panel.curve(kUnpaired, figures, samples, [](const RuleRates& r) { return r.unpaired_z; });
    panel.curve(kFixed, figures, samples, [](const RuleRates& r) { return r.fixed; });
    panel.curve(kPass, figures, samples, [](const RuleRates& r) { return r.gate_pass; });
    panel.curve(kGate, figures, samples, [](const RuleRates& r) { return r.gate_fail; });
    left += kStep;
  }
}

void draw_legend(Drawing& drawing) {
  constexpr std::array<std::array<Look, 3>, 2> kLegend = {{{kGate, kPass, kFixed}, {kUnpaired, kNaive, kBca}}};
  for (std::size_t row = 0; row < kLegend.size(); ++row)
    for (std::size_t column = 0; column < kLegend[row].size(); ++column) {
      const double x = 40 + 300 * static_cast<double>(column), y = 706 + 26 * static_cast<double>(row);
      drawing.mark(kLegend[row][column], x, y - 4);
      drawing.text("", x + 14, y, "start", kLegend[row][column].name);
    }
  drawing.line("limit", 30, 754, 54, 754);
  drawing.text("", 62, 758, "start", "5 %: what a one-sided test at 5 % is allowed");
}

}  // namespace

std::string figures_svg(const Figures& figures) {
  Drawing drawing;
  drawing.text("title", 20, 28, "start", "How gates behave");
  drawing.text("small", 190, 28, "start",
               fmt::format("{} simulated pairs of runs a mark, accuracy 80 %; bars: 95 % Monte Carlo error", thousands(static_cast<std::size_t>(figures.runs))));
  draw_false_alarms(drawing, figures);
  draw_power(drawing, figures);
  draw_legend(drawing);
  return drawing.svg("False alarms and power of gate rules, simulated");
}

}  // namespace assay::simulation
