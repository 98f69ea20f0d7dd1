#include "model/tensor/attention_bf16.h"
#include "model/tensor/exp2_table.h"
#include "model/tensor/pack_keys_bf16.h"
#include "model/tensor/soft_rows_bf16.h"
#include "model/tensor/tiles_amx.h"

// While the tiles are at work one of the core's two vector units does not multiply floats, and shifts are the other one's anyway; it adds, moves and looks up as ever. And tiles
// that have rested for half a microsecond take as long to get up. So they work throughout: at a part of the keys' scores, and at mixing another part's values, while the
// vectors make a third part's scores into shares, by few steps of which one unit takes no more than the other.
namespace assay {
namespace {

constexpr std::int64_t kQueries = kRowsOfTiles, kKeys = 96, kMostKeys = kKeys + kPanelRows;  // keys of a part, and of the last one where a few would be left
static_assert(kQueries == kQueriesTogether && kMostKeys == 4 * 32);

// Two parts of the keys have room at a time; and a cache line more a query than they fill, as in kScoresStride.
constexpr std::int64_t kScores = kMostKeys + 16, kShares = kMostKeys + 32;
static_assert(2 * kScores <= kScoresStride && 2 * kShares <= kSharesStride);

/// Keys that are looked at together.
struct Part {
  std::int64_t begin = 0, count = 0;  ///< count is a multiple of 32; 0: there are none
  float* scores = nullptr;            ///< [kQueries, kScores]
  std::uint16_t* shares = nullptr;    ///< [kQueries, kShares]
};

/// The tiles' work beside one part's softmax, step by step: each is four products of two tiles, of two blocks of rows and two halves of a panel.
class TileWork {
 public:
  TileWork(const PackedKeysBf16& packed, std::int64_t width, std::int64_t padded, AttentionRoomBf16& room) : packed_(packed), width_(width), padded_(padded), room_(room) {}

  /// The scores of one part, and then what another one's shares give. Whatever was written before is read now.
  void begin(const Part& scored, const Part& mixed) {
    finish_writing();
    scored_ = scored, mixed_ = mixed;
    block_ = step_ = 0;
    left_ = (scored.count + mixed.count) / kPanelRows * (width_ / kTileValues);
  }
  [[nodiscard]] bool has_more() const { return left_ > 0; }
  /// One step, in four calls of multiply<0 .. 3>().
  void take_step() {
    --left_;
    is_first_ = step_ == 0;
    if (is_first_) last_ = sums_;
    if (scored_.count > 0) {
      rows_ = room_.queries + step_ * kTileValues, stride_ = width_;
      pairs_ = packed_.keys + (scored_.begin + block_ * kPanelRows) * width_ + step_ * kTileValues * kPanelRows;
      if (is_first_) sums_ = {scored_.scores + block_ * kPanelRows, kScores}, are_new_ = true;
      if (++step_ * kTileValues < width_) return;
      step_ = 0;
      if (++block_ * kPanelRows == scored_.count) block_ = scored_.count = 0;
    } else {
      rows_ = mixed_.shares + step_ * kTileValues, stride_ = kShares;
      pairs_ = packed_.values + block_ * kPanelRows * padded_ + (mixed_.begin + step_ * kTileValues) * kPanelRows;
      if (is_first_) sums_ = {room_.sums + block_ * kPanelRows, width_}, are_new_ = mixed_.begin == 0;
      if (++step_ * kTileValues < mixed_.count) return;
      step_ = 0, ++block_;
    }
  }
  template <int Tile>
  [[gnu::always_inline]] void multiply() const {
    if constexpr (Tile == 0) {
      _tile_loadd(4, rows_, stride_ * 2);
      _tile_stream_loadd(6, pairs_, 2 * kTileBytes);
    }
    if constexpr (Tile == 1) _tile_stream_loadd(7, pairs_ + kTileValues, 2 * kTileBytes);
    if constexpr (Tile == 2) _tile_loadd(5, rows_ + kTileRows * stride_, stride_ * 2);
    if (is_first_) {
      if (last_.at != nullptr) last_.store<Tile>();
      if (are_new_) zero_sum<Tile>();
      else sums_.load<Tile>();
    }
    add_product<Tile>();
  }
  /// To the end, but for storing the last sums.
  void go_on() {
    while (has_more()) {
      take_step();
      multiply<0>();
      multiply<1>();
      multiply<2>();
      multiply<3>();
    }
  }
  /// To the end, with everything stored.
  void finish() {
    go_on();
    if (sums_.at != nullptr) sums_.store_all<2>();
    sums_ = {};
  }

 private:
  const PackedKeysBf16& packed_;
  const std::int64_t width_, padded_;
  AttentionRoomBf16& room_;
  Part scored_, mixed_;
  std::int64_t block_ = 0, step_ = 0, left_ = 0;            ///< the next step, and how many
  const std::uint16_t *rows_ = nullptr, *pairs_ = nullptr;  ///< of the step that is under way
  std::int64_t stride_ = 0;
  SumsAt sums_, last_;                                      ///< its, and those that were in the tiles before
  bool is_first_ = false, are_new_ = false;                 ///< the step is its sums' first, and they begin at zero
};

/// Where a pair of keys goes among the sixteen pairs of 32 keys: to the order in which Powers leaves shares.
constexpr std::int64_t place_of(std::int64_t pair) { return pair % 8 / 2 * 4 + pair / 8 * 2 + pair % 2; }

/// 2ˣ⁻ᵇ for floats x and a whole number b, in bfloat16 as kExp2Below says, times 2^-kMostAbove. Its bits but for the exponent do not depend on b. Of 14 steps for 32 of them
/// five are of the kind that the tiles leave one unit for.
class Powers {
 public:
  Powers() : below_(_mm512_load_si512(kExp2Below)) {}

  /// For of(): the same for all of a row. b must be between -kMostBase and kMostBase.
  static __m512 grid_of(__m512 b) { return _mm512_fnmadd_ps(b, _mm512_set1_ps(kPlaces), _mm512_set1_ps(kGrid + kPlaces * (kBias - kMostAbove) + kExp2Round)); }
  static constexpr float kMostBase = 0x1p14F;
  static constexpr float kPlaces = 512.0F;  ///< of an octave
  /// From there on a power may be of an x that is kMostAbove or more above b, whatever it is.
  static constexpr float kTooLarge = 1.0F;

  /// x is score · factor / kPlaces; 0, or too small to count, where it is 94 or more below b. Of each lane's eight the first four are of `first`. `all` gathers what has_failed() looks at.
  [[gnu::always_inline]] [[nodiscard]] __m512i of(__m512 first, __m512 second, __m512 factor, __m512 grid, __m512i& all) const {
    const __m512i low = _mm512_castps_si512(_mm512_fmadd_ps(first, factor, grid)), high = _mm512_castps_si512(_mm512_fmadd_ps(second, factor, grid));
    all = _mm512_ternarylogic_epi32(all, low, high, 0xFE);  // or
    const __m512i origin = _mm512_castps_si512(_mm512_set1_ps(kGrid));
    const __m512i places = _mm512_packus_epi32(_mm512_sub_epi32(low, origin), _mm512_sub_epi32(high, origin));
    constexpr __mmask64 kEven = 0x5555555555555555U;
    return _mm512_srli_epi16(_mm512_sub_epi16(places, _mm512_maskz_permutexvar_epi8(kEven, _mm512_srli_epi16(places, 3), below_)), 2);
  }
  /// The same order for powers that are there already.
  static __m512i in_order(__m512 first, __m512 second) {
    return _mm512_permutexvar_epi64(_mm512_setr_epi64(0, 4, 1, 5, 2, 6, 3, 7), reinterpret_cast<__m512i>(_mm512_cvtne2ps_pbh(second, first)));
  }
  /// True where one of them was not a number, infinite or far out. (Of those that are 2^14 or more from b for some.)
  static bool has_failed(__m512i all) { return _mm512_test_epi32_mask(all, _mm512_set1_epi32(static_cast<int>(kBadBits))) != 0; }

 private:
  static constexpr int kMostAbove = 32, kBias = 127;
  static constexpr float kGrid = 0x1.8p23F;                // added to a number it leaves the nearest integer in the low bits
  static constexpr std::uint32_t kBadBits = 0xB4000000U;   // none of them is set from 2^17 to below 2^25

  __m512i below_;
};

/// Numbers smaller than float32's normal ones are taken as zeros while it lives: they cost more than a hundred cycles each where totals are taken. (Tiles take them so.)
class SmallAreZero {
 public:
  SmallAreZero() : before_(_mm_getcsr()) { _mm_setcsr(before_ | kDenormalsAreZero | kFlushToZero); }
  ~SmallAreZero() { _mm_setcsr(before_); }
  SmallAreZero(const SmallAreZero&) = delete;
  SmallAreZero& operator=(const SmallAreZero&) = delete;

 private:
  static constexpr unsigned kDenormalsAreZero = 0x40, kFlushToZero = 0x8000;
  unsigned before_;
};

/// Some queries and their softmax. Its shares are relative to two to the power of a row's base, a whole number near the highest score of the first keys, which
/// changes no bit of them but where they are next to nothing. Where another score proves too high for that, the row is done once more, by its highest. Shares of
/// queries beyond those that are there are zeros.
class SoftTiles {
 public:
  /// Queries from `first` on, up to kQueries.
  SoftTiles(const QueriesBf16& queries, const KeysBf16& keys, const PackedKeysBf16& packed, AttentionRoomBf16& room, std::int64_t first)
      : queries_(queries), room_(room), work_(packed, keys.width, rounded_up(keys.count, kPanelRows), room), first_(first), live_(smaller(kQueries, queries.count - first)),
        width_(keys.width), seen_(rounded_up(visible(live_ - 1), kPanelRows)), scale_(scale_of(keys.width)) {
    take_queries(queries, first, live_, kQueries, width_, room.queries);
    if (live_ < kQueries) clear(room.shares, 2 * kQueries * kShares);
  }

  void attend() {
    take_scores(part(0));
    find_bases();
    soften_all();
    find_too_large();
    if (failed_ != 0) {
      find_highest_of_failed();
      take_scores(part(0));
      soften_all();
    }
    write();
  }

 private:
  static constexpr float kNone = -INFINITY;       ///< not higher than any score
  static constexpr float kFarBelow = 1000.0F;     ///< a base: far enough for a share of 0, exactly

  [[nodiscard]] std::int64_t visible(std::int64_t row) const { return keys_visible_to(queries_, first_ + row); }
  [[nodiscard]] std::int64_t part_count() const { return seen_ <= kMostKeys ? 1 : (seen_ - kMostKeys + kKeys - 1) / kKeys + 1; }
  [[nodiscard]] Part part(std::int64_t index) const {
    if (index < 0 || index >= part_count()) return {};
    const auto begin = index * kKeys, place = index % 2;
    return {begin, index + 1 < part_count() ? kKeys : seen_ - begin, room_.scores + place * kQueries * kScores, room_.shares + place * kQueries * kShares};
  }
  [[nodiscard]] bool has_failed(std::int64_t row) const { return (failed_ >> row & 1U) != 0; }

  /// Those of a part alone.
  void take_scores(const Part& part) {
    work_.begin(part, {});
    work_.finish();
  }
  /// Row r's first that it does not see, from the part's beginning on.
  [[nodiscard]] std::int64_t first_hidden(std::int64_t r, const Part& part) const { return visible(r) < part.begin ? 0 : visible(r) - part.begin; }
  /// What row r does not see of a part scores value(r).
  template <typename Value>
  void hide(const Part& part, const Value& value) {
    if (visible(0) >= part.begin + part.count) return;
    for (std::int64_t r = 0; r < live_; ++r) {
      float* const row = part.scores + r * kScores;
      for (std::int64_t s = first_hidden(r, part) / 16 * 16; s < part.count; s += 16)
        _mm512_mask_store_ps(row + s, static_cast<__mmask16>(~lanes(first_hidden(r, part) - s)), _mm512_set1_ps(value(r)));
    }
  }
  void hide(const Part& part) {
    hide(part, [&](std::int64_t r) { return hidden_[r]; });
  }

  /// Of the first kKeys scores, however many there are.
  void find_bases() {
    const Part first = part(0);
    hide(first, [](std::int64_t) { return kNone; });
    for (std::int64_t r = 0; r < live_; ++r) bases_[r] = highest_of(first.scores + r * kScores, smaller(first.count, kKeys)) * scale_;
    for (std::int64_t r = 0; r < live_; r += 16) {
      const __m512 base = _mm512_roundscale_ps(_mm512_load_ps(bases_ + r), _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
      const auto is_too_large = _mm512_cmp_ps_mask(_mm512_abs_ps(base), _mm512_set1_ps(Powers::kMostBase), _CMP_NLE_UQ);
      failed_ |= static_cast<std::uint32_t>(_mm512_kand(is_too_large, lanes(live_ - r))) << r;
      _mm512_store_ps(bases_ + r, base);
    }
    set_grids();
  }
  void set_grids() {
    for (std::int64_t r = 0; r < live_; r += 16) {
      const __m512 base = _mm512_load_ps(bases_ + r);
      _mm512_store_ps(grids_ + r, Powers::grid_of(base));
      _mm512_store_ps(hidden_ + r, _mm512_div_ps(_mm512_sub_ps(base, _mm512_set1_ps(kFarBelow)), _mm512_set1_ps(scale_)));
    }
  }
  /// Of all scores, to be the bases; of the other rows they stay.
  void find_highest_of_failed() {
    for (std::int64_t r = 0; r < live_; ++r)
      if (has_failed(r)) bases_[r] = kNone;
    for (std::int64_t i = 0; i < part_count(); ++i) {
      const Part some = part(i);
      take_scores(some);
      hide(some, [](std::int64_t) { return kNone; });
      for (std::int64_t r = 0; r < live_; ++r) {
        if (!has_failed(r)) continue;
        const float highest = highest_of(some.scores + r * kScores, some.count) * scale_;
        if (!(highest <= bases_[r])) bases_[r] = highest;
      }
    }
    for (std::int64_t r = 0; r < live_; ++r)
      if (has_failed(r)) hidden_[r] = kNone;
    by_highest_ = failed_;
  }

  /// Rows that have scores too far above their base.
  void find_too_large() {
    for (std::int64_t r = 0; r < live_; ++r)
      failed_ |= static_cast<std::uint32_t>(_mm512_cmp_ps_mask(_mm512_load_ps(totals_ + r * 16), _mm512_set1_ps(Powers::kTooLarge), _CMP_NLT_UQ) != 0) << r;
  }

  /// All parts' scores, of which the first's are there, to shares, and what these give.
  void soften_all() {
    clear(totals_, kQueries * 16);
    hide(part(0));
    for (std::int64_t i = 0; i < part_count(); ++i) {
      const Part now = part(i), next = part(i + 1);
      work_.begin(next, part(i - 1));
      std::int64_t r = 0;
      if (by_highest_ == 0) {
        switch (now.count / 32) {
          case 1: r = soften_beside_tiles<1>(now); break;
          case 2: r = soften_beside_tiles<2>(now); break;
          case 3: r = soften_beside_tiles<3>(now); break;
          default: r = soften_beside_tiles<4>(now);
        }
      }
      for (; r < live_; ++r) {
        if ((by_highest_ >> r & 1U) == 0) soften(now, r);
        else soften_by_highest(now, r);
      }
      if (i == 0) work_.finish();  // the last are scores
      else work_.go_on();
      hide(next);
    }
    work_.begin({}, part(part_count() - 1));
    work_.finish();
  }

  /// A row on its way from scores to shares, 32 at a time.
  class SoftRow {
   public:
    SoftRow(const SoftTiles& all, const Part& part, std::int64_t r)
        : powers_(all.powers_), scores_(part.scores + r * kScores), shares_(part.shares + r * kShares), factor_(_mm512_set1_ps(all.scale_ * Powers::kPlaces)),
          grid_(_mm512_set1_ps(all.grids_[r])), odd_(_mm512_load_ps(all.totals_ + r * 16)) {}
    [[gnu::always_inline]] void soften(std::int64_t s) { add(powers_.of(_mm512_load_ps(scores_ + s), _mm512_load_ps(scores_ + s + 16), factor_, grid_, bits_), s); }
    [[gnu::always_inline]] void add(__m512i shares, std::int64_t s) {
      odd_ = _mm512_add_ps(odd_, _mm512_castsi512_ps(_mm512_and_si512(shares, _mm512_set1_epi32(static_cast<int>(0xFFFF0000U)))));
      even_ = _mm512_add_ps(even_, _mm512_castsi512_ps(_mm512_slli_epi32(shares, 16)));
      _mm512_store_si512(shares_ + s, shares);
    }
    [[gnu::always_inline]] void finish(SoftTiles& all, std::int64_t r) const {
      _mm512_store_ps(all.totals_ + r * 16, _mm512_add_ps(odd_, even_));
      all.failed_ |= static_cast<std::uint32_t>(Powers::has_failed(bits_)) << r;
    }

   private:
    const Powers& powers_;
    const float* scores_;
    std::uint16_t* shares_;
    __m512 factor_, grid_;
    __m512 odd_, even_ = _mm512_setzero_ps();  ///< totals, of shares at odd and at even places
    __m512i bits_ = _mm512_setzero_si512();
  };

  /// Rows of Units times 32 scores, as long as there are steps for the tiles to take beside; returns how many rows.
  template <int Units>
  std::int64_t soften_beside_tiles(const Part& part) {
    std::int64_t r = 0;
    if (width_ <= 64) r = soften_beside_tiles<Units, 3>(part, r);
    if (width_ <= 128) r = soften_beside_tiles<Units, 2>(part, r);
    return soften_beside_tiles<Units, 1>(part, r);
  }
  /// A step beside so many rows, from row r on.
  template <int Units, int Rows>
  [[gnu::noinline]] std::int64_t soften_beside_tiles(const Part& part, std::int64_t r) {
    for (; r + Rows <= live_ && work_.has_more(); r += Rows) {
      work_.take_step();
      SoftRow first(*this, part, r), second(*this, part, r + (Rows > 1 ? 1 : 0)), third(*this, part, r + Rows - 1);
      const auto quarter = [&]<int Tile> __attribute__((always_inline)) {
        work_.multiply<Tile>();
#pragma GCC unroll 3
        for (int unit = Units * Rows * Tile / 4; unit < Units * Rows * (Tile + 1) / 4; ++unit)
          (unit < Units ? first : unit < 2 * Units ? second : third).soften(unit % Units * 32);
      };
      quarter.template operator()<0>();
      quarter.template operator()<1>();
      quarter.template operator()<2>();
      quarter.template operator()<3>();
      first.finish(*this, r);
      if (Rows > 1) second.finish(*this, r + 1);
      if (Rows > 2) third.finish(*this, r + 2);
    }
    return r;
  }
  void soften(const Part& part, std::int64_t r) {
    SoftRow row(*this, part, r);
    for (std::int64_t s = 0; s < part.count; s += 32) row.soften(s);
    row.finish(*this, r);
  }
  void soften_by_highest(const Part& part, std::int64_t r) {
    const __m512 factor = _mm512_set1_ps(scale_), base = _mm512_set1_ps(bases_[r]);
    SoftRow row(*this, part, r);
    const auto power_at = [&](std::int64_t s) { return short_normal_exp2_of(_mm512_fmsub_ps(_mm512_load_ps(part.scores + r * kScores + s), factor, base)); };
    for (std::int64_t s = 0; s < part.count; s += 32) row.add(Powers::in_order(power_at(s), power_at(s + 16)), s);
    row.finish(*this, r);
  }

  /// The sums by the totals.
  void write() const {
    for (std::int64_t r = 0; r < live_; ++r) {
      const __m512 part = _mm512_set1_ps(1.0F / _mm512_reduce_add_ps(_mm512_load_ps(totals_ + r * 16)));
      std::uint16_t* out = queries_.out + (first_ + r) * queries_.out_stride;
      for (std::int64_t d = 0; d < width_; d += 16) store_bf16(out + d, 0xFFFF, _mm512_mul_ps(_mm512_load_ps(room_.sums + r * width_ + d), part));
    }
  }

  const QueriesBf16& queries_;
  AttentionRoomBf16& room_;
  TileWork work_;
  Powers powers_;
  std::int64_t first_, live_, width_, seen_;
  float scale_;                                   ///< to units of log 2
  std::uint32_t failed_ = 0, by_highest_ = 0;     ///< rows, a bit each
  alignas(64) float bases_[kQueries] = {};
  alignas(64) float grids_[kQueries];
  alignas(64) float hidden_[kQueries];            ///< a score that counts nothing
  alignas(64) float totals_[kQueries * 16];       ///< of the shares, as they are rounded, sixteen strands
};

}  // namespace

void pack_keys_amx(const KeysBf16& keys, const PackedKeysBf16& packed) { pack_keys(keys, place_of, packed); }

void attend_amx(const QueriesBf16& queries, const KeysBf16& keys, const PackedKeysBf16& packed, AttentionRoomBf16& room) {
  const SmallAreZero small_are_zero;
  Tiles tiles(smaller(queries.count, kQueries));
  for (std::int64_t first = 0; first < queries.count; first += kQueries) {
    tiles.shape(smaller(queries.count - first, kQueries));  // rows that are not there take no time
    SoftTiles(queries, keys, packed, room, first).attend();
  }
}

}  // namespace assay
