#include "model/tensor/attention.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <torch/version.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "harness/base/error.h"

namespace assay {
namespace {

constexpr std::int64_t kLanes = 16;  // one AVX-512 register of float32; the sums' order is fixed by it on every machine

/// The dot product of two rows, summed in kLanes strands and then pairwise.
template <typename T>
float dot(const float* a, const T* b, std::int64_t n) {
  std::array<float, kLanes> strands{};
  std::int64_t i = 0;
  for (; i + kLanes <= n; i += kLanes) {
    for (std::int64_t lane = 0; lane < kLanes; ++lane) strands[lane] += a[i + lane] * static_cast<float>(b[i + lane]);
  }
  for (; i < n; ++i) strands[i % kLanes] += a[i] * static_cast<float>(b[i]);
  for (std::int64_t width = kLanes / 2; width > 0; width /= 2) {
    for (std::int64_t lane = 0; lane < width; ++lane) strands[lane] += strands[lane + width];
  }
  return strands[0];
}

/// One query head over one cache.
template <typename T>
void attend(const T* query, const T* keys, const T* values, std::int64_t length, std::int64_t width, T* out, std::vector<float>& room) {
  room.resize(static_cast<std::size_t>(length + 2 * width));
  float* scores = room.data();
  float* q = scores + length;
  float* sum = q + width;
  const auto scale = static_cast<float>(1.0 / std::sqrt(static_cast<double>(width)));
  for (std::int64_t d = 0; d < width; ++d) q[d] = static_cast<float>(query[d]) * scale, sum[d] = 0;
  float highest = -INFINITY;
  for (std::int64_t s = 0; s < length; ++s) {
    scores[s] = dot(q, keys + s * width, width);
    highest = std::max(highest, scores[s]);
  }
  float total = 0;
  for (std::int64_t s = 0; s < length; ++s) {
    scores[s] = std::exp(scores[s] - highest);
    total += scores[s];
  }
  for (std::int64_t s = 0; s < length; ++s) {
    const float share = scores[s];
    const T* value = values + s * width;
    for (std::int64_t d = 0; d < width; ++d) sum[d] += share * static_cast<float>(value[d]);
  }
  for (std::int64_t d = 0; d < width; ++d) out[d] = static_cast<T>(sum[d] / total);
}

template <typename T>
void attend_all(const at::Tensor& q, std::int64_t key_heads, std::span<const CacheView> caches, at::Tensor& out) {
  const auto N = q.size(1), K = q.size(2), shared = N / key_heads;
  const T* queries = q.const_data_ptr<T>();
  T* results = out.mutable_data_ptr<T>();
  at::parallel_for(0, q.size(0) * N, 1, [&](std::int64_t begin, std::int64_t end) {
    std::vector<float> room;
    for (std::int64_t i = begin; i < end; ++i) {
      const auto& cache = caches[static_cast<std::size_t>(i / N)];
      const auto head = (i % N) / shared * cache.capacity * K;
      attend(queries + i * K, static_cast<const T*>(cache.keys) + head, static_cast<const T*>(cache.values) + head, cache.length, K,
             results + i * K, room);
    }
  });
}

}  // namespace

at::Tensor attention(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, bool is_causal) {
  const auto shared = q.size(1) / k.size(1);
  const auto keys = shared == 1 ? k : k.repeat_interleave(shared, 1);    // [B, N, S, K]
  const auto values = shared == 1 ? v : v.repeat_interleave(shared, 1);  // [B, N, S, K]
  const auto T = q.size(2), S = k.size(2);
#if TORCH_VERSION_MAJOR >= 2
  if (!is_causal || T == S) return at::scaled_dot_product_attention(q, keys, values, /*attn_mask=*/{}, /*dropout_p=*/0.0, is_causal);
  const auto may_attend = at::ones({T, S}, q.options().dtype(at::kBool)).tril(S - T);
  return at::scaled_dot_product_attention(q, keys, values, may_attend);
#else
  auto scores = at::matmul(q * (1.0 / std::sqrt(static_cast<double>(q.size(-1)))), keys.transpose(-2, -1)).to(at::kFloat);  // [B, N, T, S]
  if (is_causal) {
    scores.masked_fill_(at::ones({T, S}, q.options().dtype(at::kBool)).triu(S - T + 1), -INFINITY);
  }
  return at::matmul(at::softmax(scores, -1).to(q.scalar_type()), values);
#endif
}

at::Tensor decode_attention(const at::Tensor& q, std::int64_t key_heads, std::span<const CacheView> caches) {
  auto out = at::empty_like(q);
  switch (q.scalar_type()) {
    case at::kFloat: attend_all<float>(q, key_heads, caches, out); break;
    case at::kBFloat16: attend_all<at::BFloat16>(q, key_heads, caches, out); break;
    case at::kHalf: attend_all<at::Half>(q, key_heads, caches, out); break;
    default: throw InternalError("decode_attention: dtype must be float32, bfloat16 or float16");
  }
  return out;
}

}  // namespace assay
