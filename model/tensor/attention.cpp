#include "model/tensor/attention.h"

#include <ATen/ATen.h>
#include <torch/version.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <vector>

#include "harness/base/error.h"
#include "model/tensor/attention_bf16.h"
#include "model/tensor/bf16_bits.h"
#include "model/tensor/instructions.h"
#include "model/tensor/parallel.h"
#include "model/tensor/row_kernels.h"

namespace assay {
namespace {

/// Query heads by the key heads that they share, one after the other.
template <typename Element, typename Bits>
void attend_all(const at::Tensor& q, std::int64_t key_heads, std::span<const CacheView> caches, void (*attend)(const HeadGroup<Bits>&), at::Tensor& out) {
  const auto N = q.size(1), K = q.size(2), shared = N / key_heads;
  const auto scale = static_cast<float>(1.0 / std::sqrt(static_cast<double>(K)));
  const Element* queries = q.data_ptr<Element>();
  Element* results = out.data_ptr<Element>();
  for_ranges(q.size(0) * key_heads, [&](std::int64_t begin, std::int64_t end) {
    std::vector<float> scaled(static_cast<std::size_t>(shared * K)), mixed(scaled.size()), scores;
    std::vector<HeadPiece<Bits>> pieces;
    for (std::int64_t i = begin; i < end; ++i) {
      const auto first = (i / key_heads * N + i % key_heads * shared) * K;  // of the group's queries
      std::int64_t length = 0;
      pieces.clear();
      for (const auto& piece : caches[static_cast<std::size_t>(i / key_heads)]) {
        const auto head = i % key_heads * piece.capacity * K;
        pieces.push_back({static_cast<const Bits*>(piece.keys) + head, static_cast<const Bits*>(piece.values) + head, piece.length});
        length += piece.length;
      }
      scores.resize(static_cast<std::size_t>(shared * length));
      for (std::int64_t d = 0; d < shared * K; ++d) scaled[static_cast<std::size_t>(d)] = static_cast<float>(queries[first + d]) * scale;
      attend({scaled.data(), shared, K, pieces.data(), static_cast<std::int64_t>(pieces.size()), length, scores.data(), mixed.data()});
      for (std::int64_t d = 0; d < shared * K; ++d) results[first + d] = static_cast<Element>(mixed[static_cast<std::size_t>(d)]);
    }
  });
}

/// What one thread packs a head's keys and values into, and works in.
class HeadRoom {
 public:
  HeadRoom(std::int64_t keys, std::int64_t width)
      : lines_(std::make_unique_for_overwrite<Line[]>(static_cast<std::size_t>(2 * packed_size(keys, width) / kLineValues))),
        packed_{lines_[0].values, lines_[0].values + packed_size(keys, width)},
        room_(std::make_unique_for_overwrite<AttentionRoomBf16>()) {}

  void pack(const KeysBf16& keys) { (has_amx_bf16() ? pack_keys_amx : pack_keys_bf16)(keys, packed_); }
  void attend(const QueriesBf16& queries, const KeysBf16& keys) { (has_amx_bf16() ? attend_amx : attend_bf16)(queries, keys, packed_, *room_); }

 private:
  static constexpr std::int64_t kLineValues = 32;  // of a cache line, which packed_size() is a multiple of
  struct alignas(64) Line {
    std::uint16_t values[kLineValues];
  };
  std::unique_ptr<Line[]> lines_;
  PackedKeysBf16 packed_;
  std::unique_ptr<AttentionRoomBf16> room_;
};

/// How many queries a piece of work has: all of a head's, or fewer where the heads alone would leave threads without work.
std::int64_t queries_a_piece(std::int64_t heads, std::int64_t queries) {
  constexpr std::int64_t kLeast = 128;  // a piece packs the keys anew
  const auto pieces = std::max<std::int64_t>(1, 4 * thread_count() / heads), length = (queries + pieces - 1) / pieces;
  return std::min(queries, std::max(kLeast, (length + kQueriesTogether - 1) / kQueriesTogether * kQueriesTogether));
}

/// Every head by the kernel of our own. Query heads that share a key head find its keys packed.  Shapes as attention()
at::Tensor attention_bf16(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, bool is_causal) {
  const auto B = q.size(0), N = q.size(1), T = q.size(2), K = q.size(3), M = k.size(1), S = k.size(2), shared = N / M;
  auto out = at::empty({B, T, N, K}, q.options());
  if (out.numel() == 0) return out.transpose(1, 2);
  const auto head_at = [](const at::Tensor& t, std::int64_t b, std::int64_t n) {
    return bf16_bits(t) + b * t.stride(0) + n * t.stride(1);
  };
  const auto length = queries_a_piece(B * M, T), pieces = (T + length - 1) / length;
  for_ranges(B * M * pieces, [&](std::int64_t begin, std::int64_t end) {
    HeadRoom room(S, K);
    for (std::int64_t i = begin; i < end; ++i) {
      const auto b = i / pieces / M, m = i / pieces % M, first = i % pieces * length;
      const KeysBf16 keys{head_at(k, b, m), head_at(v, b, m), k.stride(2), v.stride(2), S, K};
      if (i == begin || first == 0) room.pack(keys);
      for (auto n = m * shared; n < (m + 1) * shared; ++n) {
        room.attend({head_at(q, b, n) + first * q.stride(2), bf16_bits(out) + ((b * T + first) * N + n) * K, q.stride(2), N * K,
                     std::min(length, T - first), is_causal ? S - T + first + 1 : S, is_causal},
                    keys);
      }
    }
  });
  return out.transpose(1, 2);  // [B, N, T, K]
}

#if TORCH_VERSION_MAJOR >= 2
/// By LibTorch's kernels, whichever it chooses for the shape.  Shapes  q [B, N, T, K], keys and values [B, N, S, K] -> [B, N, T, K]
at::Tensor attention_by_libtorch(const at::Tensor& q, const at::Tensor& keys, const at::Tensor& values, bool is_causal) {
  const auto T = q.size(2), S = keys.size(2);
  if (!is_causal || T == S) return at::scaled_dot_product_attention(q, keys, values, {}, /*dropout_p=*/0.0, is_causal);
  const auto is_seen = at::ones({T, S}, q.options().dtype(at::kBool)).tril(S - T);  // its own causal mask begins with the first key
  return at::scaled_dot_product_attention(q, keys, values, is_seen);
}
#endif

/// In float32, by blocks of queries that begin at multiples of kBlock of the sequence, each with as many keys as its last query would see. So
/// every product and every softmax has the same shape whichever part of the sequence is asked.
/// Shapes  q [B, N, T, K], keys and values [B, N, S, K] -> [B, N, T, K]
at::Tensor causal_attention(const at::Tensor& q, const at::Tensor& keys, const at::Tensor& values) {
  constexpr std::int64_t kBlock = 64;
  const auto T = q.size(2), S = keys.size(2), past = S - T;
  const auto lead = past % kBlock, tail = (kBlock - S % kBlock) % kBlock;
  const auto padded = [](const at::Tensor& x, std::int64_t before, std::int64_t after) { return at::constant_pad_nd(x.to(at::kFloat), {0, 0, before, after}); };
  const auto queries = padded(q, lead, tail) * (1.0 / std::sqrt(static_cast<double>(q.size(3))));
  const auto all_keys = padded(keys, 0, tail).transpose(-2, -1), all_values = padded(values, 0, tail);
  const auto is_later = at::ones({kBlock, kBlock}, q.options().dtype(at::kBool)).triu(1);
  std::vector<at::Tensor> blocks;
  for (std::int64_t begin = past - lead; begin < S; begin += kBlock) {
    auto scores = at::matmul(queries.narrow(2, begin - (past - lead), kBlock), all_keys.narrow(3, 0, begin + kBlock));  // [B, N, kBlock, keys seen]
    scores.narrow(3, begin, kBlock).masked_fill_(is_later, -INFINITY);
    blocks.push_back(at::matmul(at::softmax(scores, -1), all_values.narrow(2, 0, begin + kBlock)));
  }
  return at::cat(blocks, 2).narrow(2, lead, T).to(q.scalar_type());
}

bool fits_bf16_kernel(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v) {
  return has_avx512_bf16() && is_bf16_on_cpu(q) && q.size(3) % kHeadWidths == 0 && q.size(3) <= kWidestHead && q.stride(3) == 1 && k.stride(3) == 1 &&
         v.stride(3) == 1;
}

}  // namespace

at::Tensor attention(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, bool is_causal, AttentionBits bits) {
  if (fits_bf16_kernel(q, k, v)) return attention_bf16(q, k, v, is_causal);
  const auto shared = q.size(1) / k.size(1);
  const auto keys = shared == 1 ? k : k.repeat_interleave(shared, 1);    // [B, N, S, K]
  const auto values = shared == 1 ? v : v.repeat_interleave(shared, 1);  // [B, N, S, K]
#if TORCH_VERSION_MAJOR >= 2
  if (!is_causal || bits == AttentionBits::kAny || !q.device().is_cpu()) return attention_by_libtorch(q, keys, values, is_causal);
  return causal_attention(q, keys, values);
#else
  (void)bits;
  if (is_causal) return causal_attention(q, keys, values);
  const auto scores = at::matmul(q * (1.0 / std::sqrt(static_cast<double>(q.size(-1)))), keys.transpose(-2, -1)).to(at::kFloat);  // [B, N, T, S]
  return at::matmul(at::softmax(scores, -1).to(q.scalar_type()), values);
#endif
}

at::Tensor decode_attention(const at::Tensor& q, std::int64_t key_heads, std::span<const CacheView> caches) {
  auto out = at::empty_like(q);
  switch (q.scalar_type()) {
    case at::kFloat: attend_all<float>(q, key_heads, caches, row_kernels().attend_float, out); break;
    case at::kBFloat16: attend_all<at::BFloat16>(q, key_heads, caches, row_kernels().attend_bf16, out); break;
    case at::kHalf: attend_all<at::Half>(q, key_heads, caches, row_kernels().attend_half, out); break;
    default: throw InternalError("decode_attention: dtype must be float32, bfloat16 or float16");
  }
  return out;
}

}  // namespace assay
