#include "reports/html/samples.h"

#include <fmt/format.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <string_view>
#include <unordered_map>

#include "harness/base/base64.h"
#include "harness/base/utf8.h"
#include "reports/escaping.h"
#include "reports/gate_text.h"
#include "reports/number_text.h"

namespace assay::html {
namespace {

using Writer = rapidjson::Writer<rapidjson::StringBuffer>;

constexpr std::size_t kNoLimit = std::size_t(-1);
/// How long a text may be, tried one after the other until all fit.
constexpr std::array<std::size_t, 8> kTextLimits = {kNoLimit, 200'000, 50'000, 10'000, 3'000, 800, 200, 60};
/// Pictures may take this share of the room at most.
constexpr double kPictureShare = 0.45;

bool is_there(const SampleRecord& record) { return !record.id.empty(); }

const SampleRecord& any_record(const PageSample& sample) {
  static const SampleRecord kNone;
  const auto found = std::find_if(sample.records.begin(), sample.records.end(), is_there);
  return found == sample.records.end() ? kNone : *found;
}

/// The first of the sample's texts for which `has` is true, or an empty one.
template <typename Has>
const SampleText& text_where(const PageSample& sample, Has&& has) {
  static const SampleText kNone;
  const auto found = std::find_if(sample.texts.begin(), sample.texts.end(), has);
  return found == sample.texts.end() ? kNone : *found;
}

const std::vector<std::string>& pictures_of(const PageSample& sample) {
  return text_where(sample, [](const SampleText& text) { return !text.pictures.empty(); }).pictures;
}

/// At most `limit` bytes of whole letters, and how much is missing.
std::string cut(std::string_view text, std::size_t limit) {
  if (text.size() <= limit) return replace_invalid_utf8(text);
  std::size_t end = limit;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80) --end;
  return replace_invalid_utf8(text.substr(0, end)) +
         fmt::format("… [{} more bytes]", count_text(static_cast<std::int64_t>(text.size() - end)));
}

void put(Writer& writer, std::string_view text) { writer.String(text.data(), static_cast<rapidjson::SizeType>(text.size())); }

void put_number(Writer& writer, double value) {
  if (!std::isfinite(value))
    writer.Null();
  else if (value == std::floor(value) && std::abs(value) < 1e15)
    writer.Int64(static_cast<std::int64_t>(value));  // "1", not "1.0"
  else
    writer.Double(value);
}

void put_side(Writer& writer, const SampleRecord& record, const std::string& reply, std::size_t limit) {
  if (!is_there(record)) {
    writer.Null();
    return;
  }
  writer.StartArray();
  writer.Int(static_cast<int>(record.state));
  put_number(writer, record.value);
  put(writer, cut(record.answer, limit));
  put(writer, reply == record.answer ? "" : cut(reply, limit));
  writer.Int64(record.new_tokens);
  writer.EndArray();
}

/// Which sets, samples and pictures a page shows.
struct Selection {
  std::vector<const PageSample*> samples;
  std::vector<std::string> sets;                               ///< titles, in the order of their first sample
  std::unordered_map<std::string_view, std::size_t> pictures;  ///< bytes to place
  std::vector<std::string_view> picture_order;
  std::size_t pictures_left_out = 0;
};

void put_sample(Writer& writer, const PageSample& sample, const Selection& selection, std::size_t set, std::size_t limit) {
  const SampleRecord& record = any_record(sample);
  writer.StartArray();
  writer.Uint64(set);
  put(writer, cut(record.id, limit));
  put(writer, cut(record.category, limit));
  writer.Int(static_cast<int>(change_of(sample)));
  put(writer, cut(text_where(sample, [](const SampleText& text) { return !text.prompt.empty(); }).prompt, limit));
  writer.StartArray();
  for (const auto& reference : text_where(sample, [](const SampleText& text) { return !text.references.empty(); }).references)
    put(writer, cut(reference, limit));
  writer.EndArray();
  writer.StartArray();
  for (const auto& picture : pictures_of(sample))
    if (const auto found = selection.pictures.find(picture); found != selection.pictures.end()) writer.Uint64(found->second);
  writer.EndArray();
  writer.StartArray();
  for (std::size_t i = 0; i < sample.records.size(); ++i)
    put_side(writer, sample.records[i], i < sample.texts.size() ? sample.texts[i].reply : "", limit);
  writer.EndArray();
  writer.EndArray();
}

std::string data_text(const PageContent& content, const Selection& selection, std::size_t limit) {
  rapidjson::StringBuffer buffer;
  Writer writer(buffer);
  std::map<std::string, std::size_t> set_places;
  for (std::size_t i = 0; i < selection.sets.size(); ++i) set_places[selection.sets[i]] = i;
  writer.StartObject();
  writer.Key("runs");
  writer.StartArray();
  for (const auto& run : content.runs) put(writer, replace_invalid_utf8(run));
  writer.EndArray();
  writer.Key("sets");
  writer.StartArray();
  for (const auto& set : selection.sets) put(writer, replace_invalid_utf8(set));
  writer.EndArray();
  writer.Key("states");
  writer.StartArray();
  for (const auto state : kSampleStates) put(writer, name_of(state));
  writer.EndArray();
  writer.Key("samples");
  writer.StartArray();
  for (const PageSample* sample : selection.samples)
    put_sample(writer, *sample, selection, set_places[benchmark_title(sample->benchmark, sample->profile)], limit);
  writer.EndArray();
  writer.Key("pictures");
  writer.StartArray();
  for (const auto picture : selection.picture_order) put(writer, base64(picture));
  writer.EndArray();
  writer.EndObject();
  return json_for_html({buffer.GetString(), buffer.GetSize()});
}

/// Less than what the samples' texts take under `limit`, quickly: so that limits which cannot fit need not be tried.
std::size_t least_bytes(const std::vector<const PageSample*>& samples, std::size_t limit) {
  std::size_t bytes = 0;
  for (const PageSample* sample : samples) {
    for (const auto& text : sample->texts) bytes += std::min(text.reply.size(), limit);
    bytes += std::min(text_where(*sample, [](const SampleText& text) { return !text.prompt.empty(); }).prompt.size(), limit);
  }
  return bytes;
}

/// 0 first: what a reader looks for before anything else.
int rank_of(const PageSample& sample) {
  const Change change = change_of(sample);
  if (change == Change::kLost) return 0;
  if (change != Change::kSame) return 1;
  const auto& records = sample.records;
  return std::any_of(records.begin(), records.end(),
                     [](const SampleRecord& record) { return record.state != SampleState::kScored; })
             ? 2
             : 3;
}

Selection selection_of(const PageContent& content) {
  Selection selection;
  for (const auto& sample : content.samples) {
    selection.samples.push_back(&sample);
    std::string set = benchmark_title(sample.benchmark, sample.profile);
    if (std::find(selection.sets.begin(), selection.sets.end(), set) == selection.sets.end())
      selection.sets.push_back(std::move(set));
  }
  std::stable_sort(selection.samples.begin(), selection.samples.end(),
                   [](const auto* a, const auto* b) { return rank_of(*a) < rank_of(*b); });
  return selection;
}

/// Pictures of the first samples, each once, up to `most_bytes` of base64.
void choose_pictures(Selection& selection, std::size_t most_bytes) {
  std::size_t bytes = 0;
  for (const PageSample* sample : selection.samples)
    for (const auto& picture : pictures_of(*sample)) {
      if (selection.pictures.contains(picture)) continue;
      const std::size_t size = (picture.size() + 2) / 3 * 4 + 3;
      if (bytes + size > most_bytes) {
        ++selection.pictures_left_out;
        continue;
      }
      bytes += size;
      selection.pictures.emplace(picture, selection.picture_order.size());
      selection.picture_order.push_back(picture);
    }
}

bool is_lower(double a, double b) { return a < b; }  // false with NaN on either side

}  // namespace

Change change_of(const PageSample& sample) {
  const auto& records = sample.records;
  bool differs = false, other_reply = false;
  for (std::size_t i = 1; i < records.size(); ++i) {
    const bool both = is_there(records[0]) && is_there(records[i]);
    const bool both_nan = std::isnan(records[0].value) && std::isnan(records[i].value);
    differs =
        differs || is_there(records[0]) != is_there(records[i]) || (both && !both_nan && records[0].value != records[i].value);
    other_reply =
        other_reply || (both && (records[0].reply_digest != records[i].reply_digest || records[0].answer != records[i].answer));
  }
  if (differs && records.size() == 2 && is_lower(records[1].value, records[0].value)) return Change::kLost;
  if (differs && records.size() == 2 && is_lower(records[0].value, records[1].value)) return Change::kGained;
  return differs ? Change::kScoresDiffer : other_reply ? Change::kOtherReply : Change::kSame;
}

SampleData sample_data(const PageContent& content, std::size_t most_bytes) {
  SampleData data;
  if (content.samples.empty()) return data;
  Selection selection = selection_of(content);
  choose_pictures(selection, static_cast<std::size_t>(kPictureShare * static_cast<double>(most_bytes)));
  std::size_t used_limit = kNoLimit;
  for (const std::size_t limit : kTextLimits) {
    used_limit = limit;
    if (limit != kTextLimits.back() && least_bytes(selection.samples, limit) > most_bytes) continue;
    data.json = data_text(content, selection, limit);
    if (data.json.size() <= most_bytes) break;
  }
  while (data.json.size() > most_bytes && selection.samples.size() > 1) {
    const double share = static_cast<double>(most_bytes) / static_cast<double>(data.json.size());
    selection.samples.resize(
        std::max<std::size_t>(1, static_cast<std::size_t>(0.9 * share * static_cast<double>(selection.samples.size()))));
    data.json = data_text(content, selection, used_limit);
  }
  if (used_limit != kNoLimit)
    data.notes.push_back(fmt::format("Texts longer than {} bytes are cut here; the run folders have them whole.",
                                     count_text(static_cast<std::int64_t>(used_limit))));
  if (selection.pictures_left_out > 0)
    data.notes.push_back(fmt::format("{} pictures are left out to keep this page small.",
                                     count_text(static_cast<std::int64_t>(selection.pictures_left_out))));
  if (const auto missing = content.samples.size() - selection.samples.size(); missing > 0)
    data.notes.push_back(fmt::format("{} samples, unchanged ones first, are left out to keep this page small.",
                                     count_text(static_cast<std::int64_t>(missing))));
  return data;
}

std::vector<PageSample> samples_of(const std::vector<Flip>& flips) {
  std::vector<PageSample> samples;
  for (const auto& flip : flips) {
    SampleRecord baseline, candidate;
    baseline.id = candidate.id = flip.id;
    baseline.category = candidate.category = flip.category;
    baseline.state = flip.baseline_state, candidate.state = flip.candidate_state;
    baseline.value = flip.baseline, candidate.value = flip.candidate;
    baseline.answer = flip.baseline_answer, candidate.answer = flip.candidate_answer;
    samples.push_back({flip.benchmark, flip.profile, {baseline, candidate}, {flip.baseline_text, flip.candidate_text}});
  }
  return samples;
}

}  // namespace assay::html
