#pragma once
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace assay {

/// XXH3, 128 bits, as 32 hexadecimal digits. For identity, not against forgery.
[[nodiscard]] std::string digest_of(std::string_view bytes);

/// The same over pieces, for what does not lie in one place.
class Digest {
 public:
  Digest();
  ~Digest();
  Digest(Digest&&) noexcept;
  Digest& operator=(Digest&&) noexcept;
  Digest& add(std::string_view bytes);
  [[nodiscard]] std::string hex() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace assay
