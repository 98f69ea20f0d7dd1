#pragma once
#include <string>
#include <string_view>
#include <vector>

/// What the plots share: where a value lies on the drawing, round numbers along an axis, texts and lines as SVG.
namespace assay::html {

/// Values from `low` to `high` onto the drawing's units from `from` to `to`.
struct Axis {
  double low = 0, high = 1;
  double from = 0, to = 1;
  [[nodiscard]] double at(double value) const;
  [[nodiscard]] std::vector<double> ticks() const;  ///< round numbers inside, at most about seven
};

/// "0.05", without needless zeros.
[[nodiscard]] std::string tick_text(double value);

[[nodiscard]] std::string svg_line(double x1, double y1, double x2, double y2, std::string_view css_class);
[[nodiscard]] std::string svg_rectangle(double x, double y, double width, double height, std::string_view css_class);
/// `anchor` is "start", "middle" or "end"; a text longer than `letters` is cut and shown whole when pointed at.
[[nodiscard]] std::string svg_text(double x, double y, std::string_view anchor, std::string_view text, std::size_t letters = 200,
                                   std::string_view css_class = "");

/// The whole drawing in a frame that scrolls where it does not fit.
[[nodiscard]] std::string svg_drawing(double width, double height, std::string_view title, std::string_view content);

}  // namespace assay::html
