#include "harness/gzip.h"

#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

#include "harness/base/error.h"

namespace assay {
namespace {

constexpr int kGzip = 16 + MAX_WBITS;  // a gzip head in place of zlib's own
constexpr std::size_t kPiece = std::size_t{1} << 16;

/// zlib counts in unsigned int: long inputs go in pieces.
void feed(z_stream& stream, std::string_view& rest) {
  if (stream.avail_in > 0) return;
  const auto size = std::min<std::size_t>(rest.size(), std::numeric_limits<uInt>::max());
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(rest.data()));
  stream.avail_in = static_cast<uInt>(size);
  rest.remove_prefix(size);
}

}  // namespace

struct Gzip::State {
  z_stream stream{};
  std::string out;

  State() {
    if (deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, kGzip, 9, Z_DEFAULT_STRATEGY) != Z_OK) throw InternalError("zlib refuses to start");
  }
  ~State() { deflateEnd(&stream); }
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  /// Until zlib has taken all that was fed, or with Z_FINISH until the file has its end.
  void run(int flush) {
    std::array<char, kPiece> piece;
    do {
      stream.next_out = reinterpret_cast<Bytef*>(piece.data());
      stream.avail_out = kPiece;
      deflate(&stream, flush);
      out.append(piece.data(), kPiece - stream.avail_out);
    } while (stream.avail_out == 0);
  }
};

Gzip::Gzip() : state_(std::make_unique<State>()) {}
Gzip::~Gzip() = default;

void Gzip::add(std::string_view bytes) {
  while (!bytes.empty()) {
    feed(state_->stream, bytes);
    state_->run(Z_NO_FLUSH);
  }
}

std::string Gzip::finish() {
  state_->run(Z_FINISH);
  return std::move(state_->out);
}

std::string gzip(std::string_view bytes) {
  Gzip file;
  file.add(bytes);
  return file.finish();
}

std::string gunzip(std::string_view compressed, std::string_view where, std::size_t most_bytes) {
  if (!compressed.starts_with("\x1f\x8b")) throw DataError(fmt::format("{}: is not compressed by gzip: it begins otherwise", where));
  z_stream stream{};
  if (inflateInit2(&stream, kGzip) != Z_OK) throw InternalError("zlib refuses to start");
  std::string out;
  std::array<char, kPiece> piece;
  int state = Z_OK;
  while (state == Z_OK && out.size() <= most_bytes) {
    feed(stream, compressed);
    stream.next_out = reinterpret_cast<Bytef*>(piece.data());
    stream.avail_out = kPiece;
    state = inflate(&stream, Z_NO_FLUSH);
    out.append(piece.data(), kPiece - stream.avail_out);
  }
  const bool has_more = stream.avail_in > 0 || !compressed.empty();
  inflateEnd(&stream);
  if (out.size() > most_bytes) throw DataError(fmt::format("{}: is larger than {} bytes when unpacked", where, most_bytes));
  if (state == Z_BUF_ERROR) throw DataError(fmt::format("{}: is cut short: its compressed data has no end", where));
  if (state != Z_STREAM_END || has_more) throw DataError(fmt::format("{}: is damaged: its compressed data cannot be unpacked", where));
  return out;
}

}  // namespace assay
