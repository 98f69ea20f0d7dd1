#pragma once
#include <string>
#include <utility>
#include <variant>

namespace assay {

/// Why one sample has no result. A value, not an exception: the run goes on and the sample stays in the denominator.
struct SampleFailure {
  std::string sample_id;
  std::string stage;  ///< where on its way: "read", "decode", "preprocess", "encode", "prefill", "generate", "score"
  std::string message;
};

/// A T or the reason why there is none; shaped like std::expected<T, SampleFailure>, so that it can become one.
template <typename T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::move(value)) {}                  // NOLINT(google-explicit-constructor): as std::expected
  Result(SampleFailure failure) : state_(std::move(failure)) {}  // NOLINT(google-explicit-constructor)

  [[nodiscard]] bool has_value() const noexcept { return state_.index() == 0; }
  explicit operator bool() const noexcept { return has_value(); }

  [[nodiscard]] T& value() & { return std::get<0>(state_); }
  [[nodiscard]] const T& value() const& { return std::get<0>(state_); }
  [[nodiscard]] T&& value() && { return std::get<0>(std::move(state_)); }
  [[nodiscard]] const SampleFailure& error() const& { return std::get<1>(state_); }
  [[nodiscard]] SampleFailure&& error() && { return std::get<1>(std::move(state_)); }

  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(*this).value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

 private:
  std::variant<T, SampleFailure> state_;
};

}  // namespace assay
