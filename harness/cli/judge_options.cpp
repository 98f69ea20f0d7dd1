#include "harness/cli/judge_options.h"

#include <fmt/format.h>

#include <cstdint>

#include "harness/base/digest.h"
#include "harness/base/error.h"
#include "harness/base/file.h"
#include "harness/base/json.h"
#include "harness/base/number.h"
#include "remote/live_judge.h"

namespace assay {
namespace {

void check_number(const char* option, const std::string& text, std::int64_t least, Problems& problems) {
  if (!text.empty() && parse_number<std::int64_t>(text).value_or(least - 1) < least) problems.push_back(fmt::format("--{} must be a whole number from {} on, got \"{}\"", option, least, text));
}

template <typename T>
void read(const std::string& text, T& into) {
  into = parse_number<T>(text).value_or(into);
}

}  // namespace

void add_judge_options(CommandLine& line, JudgeOptions& options) {
  line.text("judge", options.who, "a judge's recorded replies, by the samples' ids: JSON or JSON lines of id and content; or openai:URL#MODEL, who is asked");
  line.text("judge-cache", options.cache, "of an asked judge: a file that keeps every answer; what is in it is not asked again");
  line.text("judge-budget", options.most_calls, "of an asked judge: questions to send at the most");
  line.text("judge-token-budget", options.most_tokens, "of an asked judge: no further question once so many tokens are used");
  line.text("in-flight", options.in_flight, fmt::format("of an asked judge: questions under way at the most [{}]", RemoteOptions{}.in_flight));
  line.text("api-key-env", options.api_key_env, "of an asked judge: the environment variable that holds the key; default: no key is sent");
  line.text("request-timeout", options.timeout, fmt::format("of an asked judge: seconds for one attempt [{}]", RemoteOptions{}.timeout_s));
  line.text("retries", options.retries, fmt::format("of an asked judge: further attempts where it is busy, broken or not there [{}]", RemoteOptions{}.retries));
}

void check_judge(const JudgeOptions& options, Problems& problems) {
  if (!names_endpoint(options.who)) {
    const bool has_more = !(options.cache + options.most_calls + options.most_tokens + options.in_flight + options.api_key_env + options.timeout + options.retries).empty();
    if (has_more) problems.emplace_back("--judge-cache, --judge-budget, --judge-token-budget, --in-flight, --api-key-env, --request-timeout and --retries belong to --judge openai:URL#MODEL");
    return;
  }
  try {
    (void)parse_endpoint(options.who);
  } catch (const ConfigError& error) {
    problems.push_back(fmt::format("--judge: {}", error.what()));
  }
  check_number("judge-budget", options.most_calls, 0, problems);
  check_number("judge-token-budget", options.most_tokens, 0, problems);
  check_number("in-flight", options.in_flight, 1, problems);
  check_number("request-timeout", options.timeout, 1, problems);
  check_number("retries", options.retries, 0, problems);
}

std::unique_ptr<Judge> open_judge(const JudgeOptions& options) {
  if (options.who.empty()) return make_no_judge();
  if (!names_endpoint(options.who)) return make_recorded_judge(read_recorded_replies(options.who));
  LiveJudgeOptions live;
  live.endpoint = parse_endpoint(options.who);
  live.cache_file = options.cache;
  live.most_calls = parse_number<std::int64_t>(options.most_calls);
  live.most_tokens = parse_number<std::int64_t>(options.most_tokens);
  live.remote.api_key_env = options.api_key_env;
  read(options.in_flight, live.remote.in_flight);
  read(options.timeout, live.remote.timeout_s);
  read(options.retries, live.remote.retries);
  return make_live_judge(live);
}

std::string judge_name_json(const JudgeOptions& options) {
  if (options.who.empty()) return "";
  return json::dump_string(names_endpoint(options.who) ? parse_endpoint(options.who).model : "recorded " + digest_of(read_file(options.who)));
}

}  // namespace assay
