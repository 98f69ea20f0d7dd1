#include "harness/clock.h"

#include <fmt/chrono.h>

#include <ctime>

namespace assay {

std::string today_utc() { return fmt::format("{:%F}", fmt::gmtime(std::time(nullptr))); }
std::string now_utc() { return fmt::format("{:%FT%TZ}", fmt::gmtime(std::time(nullptr))); }

}  // namespace assay
