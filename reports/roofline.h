#pragma once
#include <string>
#include <vector>

/// Timed stages held against what the machine could do.
namespace assay {

/// The rate of matrix products in one dtype.
struct Roof {
  std::string name;  ///< "bfloat16"
  double flops = 0;  ///< operations a second
};

struct RooflineRow {
  std::string name;     ///< "encoder 4"
  std::string roof;     ///< the name of its own
  double seconds = 0;
  double flops = 0;     ///< operations a second
  double bytes = 0;     ///< moved a second
  double share = 0;     ///< of what the machine could do, as its own process measured it
  [[nodiscard]] double intensity() const { return flops / bytes; }  ///< operations a byte
};

struct Roofline {
  double bytes = 0;  ///< a second, of reading memory
  std::vector<Roof> roofs;
  std::vector<RooflineRow> rows;
};

/// A drawing that stands by itself: operations a byte against operations a second, both logarithmic, the roofs as lines and each row as a numbered dot.
/// Empty where there is nothing to draw.
/// Source   Williams, Waterman & Patterson 2009, CACM 52(4), 65
[[nodiscard]] std::string roofline_svg(const Roofline& roofline);

}  // namespace assay
