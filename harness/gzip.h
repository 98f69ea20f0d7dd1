#pragma once
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace assay {

/// Compresses what comes piece by piece, as gzip writes it, without a time or a name: equal bytes give equal files, however they were cut.
class Gzip {
 public:
  Gzip();
  ~Gzip();
  Gzip(const Gzip&) = delete;
  Gzip& operator=(const Gzip&) = delete;

  void add(std::string_view bytes);
  /// The whole file; nothing may be added behind it.
  [[nodiscard]] std::string finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Of bytes that lie in one place.
[[nodiscard]] std::string gzip(std::string_view bytes);

/// Throws DataError that begins with `where` for what is no gzip, is cut short or damaged, or would be larger than `most_bytes`.
[[nodiscard]] std::string gunzip(std::string_view compressed, std::string_view where, std::size_t most_bytes = std::size_t{1} << 30);

}  // namespace assay
