#include "harness/journal_record.h"

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <array>
#include <cmath>
#include <cstring>
#include <optional>

#include "harness/base/digest.h"
#include "harness/base/error.h"
#include "harness/base/json.h"
#include "harness/base/utf8.h"

namespace assay {
namespace {

using Writer = rapidjson::Writer<rapidjson::StringBuffer>;

constexpr std::string_view kCheckMember = ",\"check\":\"";
constexpr std::size_t kCheckDigits = 32;
constexpr std::size_t kCheckLength = kCheckMember.size() + kCheckDigits + 2;  // the closing quote and brace

constexpr std::array kStates = {SampleState::kScored, SampleState::kUnparsed, SampleState::kTruncated,
                                SampleState::kEmpty,  SampleState::kError,    SampleState::kJudgeFailed};

const char* name_of_finish(Finish finish) {
  switch (finish) {
    case Finish::kStop: return "stop";
    case Finish::kLength: return "length";
    case Finish::kRanked: return "ranked";
  }
  return "?";
}

bool is_ascii(std::string_view text) {
  std::uint64_t seen = 0;
  std::size_t i = 0;
  for (; i + sizeof(seen) <= text.size(); i += sizeof(seen)) {
    std::uint64_t word = 0;
    std::memcpy(&word, text.data() + i, sizeof(word));
    seen |= word;
  }
  for (; i < text.size(); ++i) seen |= static_cast<std::uint8_t>(text[i]);
  return (seen & 0x8080808080808080U) == 0;
}

void write_string(Writer& writer, std::string_view text) {
  writer.String(text.data(), static_cast<rapidjson::SizeType>(text.size()));
}
void write_key(Writer& writer, std::string_view key) { writer.Key(key.data(), static_cast<rapidjson::SizeType>(key.size())); }

/// JSON holds letters, not bytes: what is no UTF-8 gets U+FFFD in its place. True when nothing had to be replaced.
bool write_clean_text(Writer& writer, std::string_view text) {
  if (is_ascii(text)) {
    write_string(writer, text);
    return true;
  }
  const std::string clean = replace_invalid_utf8(text);
  write_string(writer, clean);
  return clean == text;
}

std::string hex_of(std::string_view bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string hex;
  hex.reserve(bytes.size() * 2);
  for (const char c : bytes) {
    const auto byte = static_cast<std::uint8_t>(c);
    hex += kDigits[byte >> 4];
    hex += kDigits[byte & 15];
  }
  return hex;
}

std::string bytes_of(std::string_view hex, std::string_view where) {
  const auto digit = [&](char c) -> int {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    throw DataError(fmt::format("{}: \"reply_hex\" holds a letter that is no hexadecimal digit", where));
  };
  std::string bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) bytes += static_cast<char>(digit(hex[i]) * 16 + digit(hex[i + 1]));
  return bytes;
}

void write_number(Writer& writer, double value) {
  if (std::isfinite(value)) writer.Double(value);
  else writer.Null();
}

void write_ms(Writer& writer, std::string_view stage, double ms) {
  write_key(writer, stage);
  write_number(writer, std::round(ms * 1000) / 1000);  // microseconds are as fine as these clocks are worth
}

void write_strings(Writer& writer, std::string_view key, const std::vector<std::string>& texts) {
  write_key(writer, key);
  writer.StartArray();
  for (const auto& text : texts) write_clean_text(writer, text);
  writer.EndArray();
}

void write_endpoint(Writer& writer, const EndpointUse& use) {
  const auto write_count = [&](std::string_view key, std::int64_t count) {
    write_key(writer, key);
    if (count >= 0) writer.Int64(count);
    else writer.Null();
  };
  write_key(writer, "endpoint");
  writer.StartObject();
  write_key(writer, "model");
  write_clean_text(writer, use.model);
  write_key(writer, "finish_reason");
  write_clean_text(writer, use.finish_reason);
  write_count("prompt_tokens", use.prompt_tokens);
  write_count("completion_tokens", use.completion_tokens);
  write_count("attempts", use.attempts);
  write_ms(writer, "waited_ms", use.waited_ms);
  if (use.first_token_ms >= 0) write_ms(writer, "first_token_ms", use.first_token_ms);
  write_ms(writer, "reply_ms", use.reply_ms);
  writer.EndObject();
}

void write_generation(Writer& writer, const Generation& generation) {
  write_key(writer, "reply");
  if (!write_clean_text(writer, generation.reply)) {
    write_key(writer, "reply_hex");
    write_string(writer, hex_of(generation.reply));
  }
  write_key(writer, "token_ids");
  writer.StartArray();
  for (const std::int64_t id : generation.token_ids) writer.Int64(id);
  writer.EndArray();
  write_key(writer, "finish");
  write_string(writer, name_of_finish(generation.finish));
  if (!generation.option_log_probabilities.empty()) {
    write_key(writer, "option_log_probabilities");
    writer.StartArray();
    for (const double value : generation.option_log_probabilities) write_number(writer, value);
    writer.EndArray();
  }
  if (!generation.option_token_counts.empty()) {
    write_key(writer, "option_token_counts");
    writer.StartArray();
    for (const std::int64_t count : generation.option_token_counts) writer.Int64(count);
    writer.EndArray();
  }
  write_key(writer, "prompt_token_count");
  writer.Int64(generation.prompt_token_count);
  if (generation.reused_token_count > 0) {
    write_key(writer, "reused_token_count");
    writer.Int64(generation.reused_token_count);
  }
  if (generation.is_audited) {
    write_key(writer, "is_audited");
    writer.Bool(true);
  }
  write_key(writer, "tile_count");
  writer.Int64(generation.tile_count);
  write_strings(writer, "image_digests", generation.image_digests);
  write_key(writer, "prompt_digest");
  write_clean_text(writer, generation.prompt_digest);
  write_key(writer, "times_ms");
  writer.StartObject();
  write_ms(writer, "image_decode", generation.times.image_decode_ms);
  write_ms(writer, "preprocess", generation.times.preprocess_ms);
  write_ms(writer, "encode", generation.times.encode_ms);
  write_ms(writer, "prefill", generation.times.prefill_ms);
  write_ms(writer, "decode", generation.times.decode_ms);
  writer.EndObject();
  if (generation.endpoint) write_endpoint(writer, *generation.endpoint);
}

void write_failure(Writer& writer, const SampleFailure& failure) {
  write_key(writer, "reply");
  writer.Null();
  write_key(writer, "token_ids");
  writer.StartArray();
  writer.EndArray();
  write_key(writer, "error");
  writer.StartObject();
  write_key(writer, "stage");
  write_clean_text(writer, failure.stage);
  write_key(writer, "message");
  write_clean_text(writer, failure.message);
  writer.EndObject();
}

Finish finish_named(std::string_view name, std::string_view where) {
  for (const Finish finish : {Finish::kStop, Finish::kLength, Finish::kRanked})
    if (name == name_of_finish(finish)) return finish;
  throw DataError(fmt::format("{}: \"finish\" must be stop, length or ranked, got \"{}\"", where, name));
}

SampleState state_named(std::string_view name, std::string_view where) {
  for (const SampleState state : kStates)
    if (name == name_of(state)) return state;
  throw DataError(fmt::format("{}: \"state\" is \"{}\", which is none that this version knows", where, name));
}

double number_or_nan(const json::Value& value) { return value.IsNumber() ? value.GetDouble() : std::nan(""); }

EndpointUse read_endpoint(const json::Value& object) {
  EndpointUse use;
  use.model = json::string_or(object, "model", "");
  use.finish_reason = json::string_or(object, "finish_reason", "");
  use.prompt_tokens = json::int_or(object, "prompt_tokens", -1);
  use.completion_tokens = json::int_or(object, "completion_tokens", -1);
  use.attempts = static_cast<int>(json::int_or(object, "attempts", 1));
  use.waited_ms = json::double_or(object, "waited_ms", 0);
  use.first_token_ms = json::double_or(object, "first_token_ms", -1);
  use.reply_ms = json::double_or(object, "reply_ms", 0);
  return use;
}

Generation read_generation(const json::Value& line, std::string_view where) {
  Generation generation;
  generation.reply = json::require_string(line, "reply", where);
  if (const auto* hex = json::find(line, "reply_hex"); hex != nullptr && hex->IsString())
    generation.reply = bytes_of(json::text_of(*hex), where);
  for (const auto& id : json::require_array(line, "token_ids", where).GetArray())
    generation.token_ids.push_back(id.IsInt64() ? id.GetInt64() : -1);
  generation.finish = finish_named(json::require_string(line, "finish", where), where);
  if (const auto* values = json::find(line, "option_log_probabilities"); values != nullptr && values->IsArray())
    for (const auto& value : values->GetArray()) generation.option_log_probabilities.push_back(number_or_nan(value));
  if (const auto* counts = json::find(line, "option_token_counts"); counts != nullptr && counts->IsArray())
    for (const auto& count : counts->GetArray()) generation.option_token_counts.push_back(count.IsInt64() ? count.GetInt64() : -1);
  generation.prompt_token_count = json::int_or(line, "prompt_token_count", 0);
  generation.reused_token_count = json::int_or(line, "reused_token_count", 0);
  if (const auto* is_audited = json::find(line, "is_audited"); is_audited != nullptr && is_audited->IsBool()) generation.is_audited = is_audited->GetBool();
  generation.tile_count = json::int_or(line, "tile_count", 0);
  for (const auto& digest : json::require_array(line, "image_digests", where).GetArray())
    if (digest.IsString()) generation.image_digests.emplace_back(json::text_of(digest));
  generation.prompt_digest = json::string_or(line, "prompt_digest", "");
  const auto& times = json::require(line, "times_ms", where);
  generation.times = {json::double_or(times, "image_decode", 0), json::double_or(times, "preprocess", 0),
                      json::double_or(times, "encode", 0), json::double_or(times, "prefill", 0), json::double_or(times, "decode", 0)};
  if (const auto* use = json::find(line, "endpoint"); use != nullptr) generation.endpoint = read_endpoint(*use);
  return generation;
}

/// Throws unless the line ends with the checksum of everything before it.
void verify_checksum(std::string_view line, std::string_view where) {
  if (line.size() < kCheckLength || line.substr(line.size() - 2) != "\"}" ||
      line.substr(line.size() - kCheckLength, kCheckMember.size()) != kCheckMember)
    throw DataError(fmt::format("{}: the line does not end with a checksum", where));
  const auto part = line.substr(0, line.size() - kCheckLength);
  if (digest_of(part) != line.substr(line.size() - kCheckDigits - 2, kCheckDigits))
    throw DataError(fmt::format("{}: the checksum does not match", where));
}

}  // namespace

struct RecordWriter::Buffers {
  rapidjson::StringBuffer text;
  Writer writer{text};
};

RecordWriter::RecordWriter() : buffers_(std::make_unique<Buffers>()) {}
RecordWriter::~RecordWriter() = default;

void RecordWriter::append(const JournalRecord& record, std::string& out) {
  auto& [text, writer] = *buffers_;
  text.Clear();
  writer.Reset(text);
  writer.StartObject();
  write_key(writer, "benchmark");
  write_clean_text(writer, record.benchmark);
  write_key(writer, "id");
  write_clean_text(writer, record.id);
  write_key(writer, "content_key");
  write_clean_text(writer, record.content_key);
  if (record.turn > 0) {
    write_key(writer, "turn");
    writer.Int64(record.turn);
  }
  write_key(writer, "state");
  write_string(writer, name_of(record.score.state));
  write_key(writer, "score");
  write_number(writer, record.score.value);
  write_key(writer, "answer");
  write_clean_text(writer, record.score.answer);
  if (!record.score_error.empty()) {
    write_key(writer, "score_error");
    write_clean_text(writer, record.score_error);
  }
  if (record.generation) write_generation(writer, *record.generation);
  else write_failure(writer, record.generation.error());
  // The object stays open: the checksum of the text so far is its last member.
  const std::string_view written(text.GetString(), text.GetSize());
  out.append(written).append(kCheckMember).append(digest_of(written)).append("\"}\n");
}

JournalRecord parse_record(std::string_view line, std::string_view where) {
  verify_checksum(line, where);
  const auto document = json::parse(line, where);
  JournalRecord record;
  record.benchmark = json::require_string(document, "benchmark", where);
  record.id = json::require_string(document, "id", where);
  record.content_key = json::require_string(document, "content_key", where);
  record.score.state = state_named(json::require_string(document, "state", where), where);
  record.score.value = number_or_nan(json::require(document, "score", where));
  record.score.answer = json::require_string(document, "answer", where);
  record.score_error = json::string_or(document, "score_error", "");
  record.turn = json::int_or(document, "turn", 0);
  if (const auto* error = json::find(document, "error"); error != nullptr) {
    record.generation = SampleFailure{record.id, json::string_or(*error, "stage", ""), json::string_or(*error, "message", "")};
  } else {
    record.generation = read_generation(document, where);
  }
  return record;
}

}  // namespace assay
