#pragma once
#include <cstddef>
#include <string>
#include <string_view>

namespace assay {

/// As gzip writes it, without a time or a name: equal bytes give equal files.
[[nodiscard]] std::string gzip(std::string_view bytes);

/// Throws DataError that begins with `where` for what is no gzip, is cut short or damaged, or would be larger than `most_bytes`.
[[nodiscard]] std::string gunzip(std::string_view compressed, std::string_view where, std::size_t most_bytes = std::size_t{1} << 30);

}  // namespace assay
