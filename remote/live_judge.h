#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "benchmarks/judge.h"
#include "remote/endpoint.h"
#include "remote/options.h"

namespace assay {

struct LiveJudgeOptions {
  Endpoint endpoint;
  RemoteOptions remote;
  std::string cache_file;                    ///< empty: answers are kept in memory alone
  std::optional<std::int64_t> most_calls;    ///< questions sent in this process; answers from the cache are free
  std::optional<std::int64_t> most_tokens;   ///< prompt and reply, as the endpoint counts; what is under way when they are spent still comes
};

/// A model behind an endpoint as a judge: asked at temperature 0, whatever the question says, but warmer again where its answer could not be read and the
/// benchmark's authors do so; and held to one model: an endpoint that says in
/// the middle of it that another model answers ends the work. Each answer is in the cache before it is used. A question that fails, or that the budget does
/// not reach, has no answer.
/// Throws   ConfigError for a key that is not there or a cache that cannot be used; its methods ModelError where no question can succeed
[[nodiscard]] std::unique_ptr<Judge> make_live_judge(const LiveJudgeOptions& options);

}  // namespace assay
