#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace assay {

/// How a picture travels to an endpoint. What the endpoint's own pipeline makes of it is not ours to say.
struct PictureForm {
  enum class Kind {
    kFile,  ///< the file's own bytes
    kPng,   ///< decoded as every family decodes, and written without loss
    kJpeg   ///< decoded, and written with loss
  };
  Kind kind = Kind::kFile;
  int jpeg_quality = 95;  ///< 1 to 100
};

/// "file", "png", "jpeg" or "jpeg:90"; nothing for another text.
[[nodiscard]] std::optional<PictureForm> picture_form_named(std::string_view text);
/// "file", "png", "jpeg:95"
[[nodiscard]] std::string name_of(const PictureForm& form);

/// How an endpoint is asked.
struct RemoteOptions {
  int in_flight = 8;           ///< requests under way at the most; fewer while the endpoint says that it has too many
  std::string api_key_env;     ///< the environment variable that holds the key; empty: none is sent
  std::string pictures = "file";
  bool streams = false;        ///< replies come in pieces, which tells the time to the first one
  double timeout_s = 600;      ///< for one attempt, from connecting to the last byte
  int retries = 6;             ///< further attempts at a request that an endpoint was too busy or not there for
  double longest_wait_s = 300; ///< a request that is told to wait longer (Retry-After) fails
  std::uint64_t seed = 0;      ///< of the back-off's jitter; never of a reply
};

}  // namespace assay
