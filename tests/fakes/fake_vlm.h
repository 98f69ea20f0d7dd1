#pragma once
#include <functional>
#include <memory>
#include <string>

#include "model/checkpoint_report.h"
#include "model/request_cost.h"
#include "model/vlm.h"

namespace assay::testing {

/// A model without weights. It keeps `batch` requests in flight and finishes them in reverse, so that nothing may lean on an order.
struct FakeBehaviour {
  std::function<Result<Generation>(const Request&)> answer;
  int batch = 4;
  int delay_ms = 0;               ///< before each answer
  std::string calls_file;         ///< each answered request's id is appended here, one write a line; empty: nowhere
  std::int64_t dies_after = -1;   ///< answers until it throws ModelError; -1: never
  std::int64_t killed_after = -1;  ///< answers until the process is gone; -1: never
  std::string weights = "fake-weights";  ///< their digest; empty: reading them all throws ModelError
};

[[nodiscard]] std::unique_ptr<Vlm> make_fake_vlm(FakeBehaviour behaviour);

/// Says the word that it is asked to say: always right.
[[nodiscard]] Result<Generation> oracle_answer(const Request& request);

/// Says a digest of everything it is shown: roles, texts and pictures of all turns.
[[nodiscard]] Result<Generation> digest_answer(const Request& request);

/// Fails for one request in `one_in`, chosen by its id alone.
[[nodiscard]] Result<Generation> flaky_answer(const Request& request, unsigned one_in);

/// Says another word of the same length for one request in `one_in`.
[[nodiscard]] Result<Generation> wrong_answer(const Request& request, unsigned one_in);

/// By name: "oracle", "constant", "digest", "flaky:<one in>", "wrong:<one in>", "slow:<ms>", "dying:<after>", "killed:<after>" (by SIGKILL the rank
/// that ASSAY_FAKE_KILLED names, 1 without; the others are slow), "late:<ms>" (it takes ranks other than 0 that long to open it), "buggy", "other-weights",
/// "unreadable-weights". ASSAY_FAKE_CALLS names the calls file. Throws ConfigError for anything else.
[[nodiscard]] std::unique_ptr<Vlm> open_fake_vlm(const std::string& name, const VlmOptions& options);

[[nodiscard]] CheckpointReport inspect_fake(const std::string& name);
/// Ten milliseconds for each picture, tile and decode step, and one for a prompt's token.
[[nodiscard]] RequestCost fake_cost(const std::string& name, const VlmOptions& options, std::span<const Request> sample);

}  // namespace assay::testing
