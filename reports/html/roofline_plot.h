#pragma once
#include <string>

#include "reports/html/page.h"
#include "reports/roofline.h"

namespace assay::html {

/// The drawing and a table of its rows. Empty without rows.
[[nodiscard]] Section roofline_section(const Roofline& roofline);

}  // namespace assay::html
