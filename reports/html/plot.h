#pragma once
#include <string>
#include <vector>

#include "metrics/score.h"

/// Plots as SVG inside the page. Rows and points whose numbers are not finite are left out; nothing to draw gives an empty text.
namespace assay::html {

/// A difference with its interval, and how far below zero it may lie.
struct Difference {
  std::string name;
  double value = 0;
  Interval interval;
  double margin = 0;
  const char* css_class = "flat";
};
/// One row each on a common axis, with a mark at each row's own margin.  Units  all values in `unit`
[[nodiscard]] std::string difference_plot(const std::vector<Difference>& rows, const std::string& title, const std::string& unit);

/// A value with its interval.
struct Bar {
  std::string name;
  double value = 0;
  Interval interval;
};
/// Bars from zero, those of one scale (1, 100, ...) together in one plot.
[[nodiscard]] std::string bar_plots(const std::vector<Bar>& bars, const std::string& title);

/// Parts of a whole, one line each, on a common axis.
struct Stack {
  std::string name;
  std::vector<double> parts;
};
[[nodiscard]] std::string stack_plot(const std::vector<Stack>& stacks, const std::vector<std::string>& part_names,
                                     const std::string& title, const std::string& unit);

/// A run by what it costs and what it scores.
struct Point {
  std::string name;
  double cost = 0;
  double score = 0;
  Interval interval;
};
/// Score against cost, those joined that no other point beats in both.
[[nodiscard]] std::string cost_plot(const std::vector<Point>& points, const std::string& title, const std::string& cost_name,
                                    const std::string& score_name);

}  // namespace assay::html
