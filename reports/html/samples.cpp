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
#include "harness/base/digest.h"
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
/// How much of a question the list itself has where texts lie in parts, tried likewise; and of an id or a category.
constexpr std::array<std::size_t, 4> kExcerptLimits = {400, 160, 60, 0};
constexpr std::size_t kNameLimit = 400;
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

/// At most `limit` bytes of whole letters.
std::string_view beginning(std::string_view text, std::size_t limit) {
  if (text.size() <= limit) return text;
  std::size_t end = limit;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80) --end;
  return text.substr(0, end);
}

/// The same, and how much is missing.
std::string cut(std::string_view text, std::size_t limit) {
  const auto start = beginning(text, limit);
  std::string kept = replace_invalid_utf8(start);
  if (start.size() < text.size()) kept += fmt::format("… [{} more bytes]", count_text(static_cast<std::int64_t>(text.size() - start.size())));
  return kept;
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

/// What a list shows of a sample: all of it, all but what its part has, or just that.
enum class Share { kAll, kList, kPart };

void put_side(Writer& writer, const SampleRecord& record, const std::string& reply, std::size_t limit, Share share) {
  if (!is_there(record)) {
    writer.Null();
    return;
  }
  writer.StartArray();
  if (share != Share::kPart) {
    writer.Int(static_cast<int>(record.state));
    put_number(writer, record.value);
  }
  if (share != Share::kList) {
    put(writer, cut(record.answer, limit));
    put(writer, reply == record.answer ? "" : cut(reply, limit));
    writer.Int64(record.new_tokens);
  }
  writer.EndArray();
}

void put_sides(Writer& writer, const PageSample& sample, std::size_t limit, Share share) {
  writer.StartArray();
  for (std::size_t i = 0; i < sample.records.size(); ++i)
    put_side(writer, sample.records[i], i < sample.texts.size() ? sample.texts[i].reply : "", limit, share);
  writer.EndArray();
}

const std::string& prompt_of(const PageSample& sample) {
  return text_where(sample, [](const SampleText& text) { return !text.prompt.empty(); }).prompt;
}

void put_references(Writer& writer, const PageSample& sample, std::size_t limit) {
  writer.StartArray();
  for (const auto& reference : text_where(sample, [](const SampleText& text) { return !text.references.empty(); }).references)
    put(writer, cut(reference, limit));
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

/// What lies beside the page: where each part begins.
struct PartPlaces {
  std::string folder, stamp;
  std::vector<std::size_t> first_texts, first_pictures;
};

void put_sample(Writer& writer, const PageSample& sample, const Selection& selection, std::size_t set, std::size_t limit, Share share) {
  const SampleRecord& record = any_record(sample);
  const std::size_t name_limit = share == Share::kList ? kNameLimit : limit;
  writer.StartArray();
  writer.Uint64(set);
  put(writer, cut(record.id, name_limit));
  put(writer, cut(record.category, name_limit));
  writer.Int(static_cast<int>(change_of(sample)));
  if (share == Share::kList) {
    put(writer, replace_invalid_utf8(beginning(prompt_of(sample), limit)));
    writer.StartArray();
    writer.EndArray();
  } else {
    put(writer, cut(prompt_of(sample), limit));
    put_references(writer, sample, limit);
  }
  writer.StartArray();
  for (const auto& picture : pictures_of(sample))
    if (const auto found = selection.pictures.find(picture); found != selection.pictures.end()) writer.Uint64(found->second);
  writer.EndArray();
  put_sides(writer, sample, limit, share);
  writer.EndArray();
}

/// What a part has of a sample.
std::string part_row(const PageSample& sample) {
  rapidjson::StringBuffer buffer;
  Writer writer(buffer);
  writer.StartArray();
  put(writer, replace_invalid_utf8(prompt_of(sample)));
  put_references(writer, sample, kNoLimit);
  put_sides(writer, sample, kNoLimit, Share::kPart);
  writer.EndArray();
  return json_for_html({buffer.GetString(), buffer.GetSize()});
}

void put_places(Writer& writer, const PartPlaces& places) {
  const auto put_firsts = [&writer](const char* name, const std::vector<std::size_t>& firsts) {
    writer.Key(name);
    writer.StartArray();
    for (const auto first : firsts) writer.Uint64(first);
    writer.EndArray();
  };
  writer.Key("parts");
  writer.StartObject();
  writer.Key("folder");
  put(writer, places.folder);
  writer.Key("stamp");
  put(writer, places.stamp);
  put_firsts("texts", places.first_texts);
  put_firsts("pictures", places.first_pictures);
  writer.EndObject();
}

/// The page's data; with `places` without what the parts have.
std::string data_text(const PageContent& content, const Selection& selection, std::size_t limit, const PartPlaces* places = nullptr) {
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
    put_sample(writer, *sample, selection, set_places[benchmark_title(sample->benchmark, sample->profile)], limit,
               places == nullptr ? Share::kAll : Share::kList);
  writer.EndArray();
  if (places == nullptr) {
    writer.Key("pictures");
    writer.StartArray();
    for (const auto picture : selection.picture_order) put(writer, base64(picture));
    writer.EndArray();
  } else {
    put_places(writer, *places);
  }
  writer.EndObject();
  return json_for_html({buffer.GetString(), buffer.GetSize()});
}

/// Less than what the samples' texts take under `limit`, quickly: so that limits which cannot fit need not be tried.
std::size_t least_bytes(const std::vector<const PageSample*>& samples, std::size_t limit) {
  std::size_t bytes = 0;
  for (const PageSample* sample : samples) {
    for (const auto& text : sample->texts) bytes += std::min(text.reply.size(), limit);
    bytes += std::min(prompt_of(*sample).size(), limit);
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
      if (size > most_bytes - bytes) {
        ++selection.pictures_left_out;
        continue;
      }
      bytes += size;
      selection.pictures.emplace(picture, selection.picture_order.size());
      selection.picture_order.push_back(picture);
    }
}

bool is_lower(double a, double b) { return a < b; }  // false with NaN on either side

/// Rows in scripts that call the page's `assay_part`.
class Parts {
 public:
  explicit Parts(std::size_t part_bytes) : part_bytes_(part_bytes) {}

  void add(std::string row) {
    if (bodies_.empty() || bodies_.back().size() + row.size() > part_bytes_) {
      firsts_.push_back(count_);
      bodies_.push_back(std::move(row));
    } else {
      bodies_.back().append(",\n").append(row);
    }
    ++count_;
  }
  void add_to(Digest& digest) const {
    for (const auto& body : bodies_) digest.add(body);
  }
  [[nodiscard]] const std::vector<std::size_t>& firsts() const { return firsts_; }

  /// Their files; empties this.
  void move_into(std::vector<ReportFile>& files, const PartPlaces& places, std::string_view kind) {
    for (std::size_t i = 0; i < bodies_.size(); ++i) {
      files.push_back({fmt::format("{}/{}-{:04}.js", places.folder, kind, i),
                       fmt::format("assay_part(\"{}\",\"{}\",{},[\n{}\n]);\n", places.stamp, kind, i, bodies_[i])});
      bodies_[i] = {};
    }
  }

 private:
  std::size_t part_bytes_, count_ = 0;
  std::vector<std::string> bodies_;
  std::vector<std::size_t> firsts_;
};

/// Drops samples from the end until what `make` makes of the rest fits.
template <typename Make>
void drop_until_it_fits(std::string& json, Selection& selection, std::size_t most_bytes, Make&& make) {
  while (json.size() > most_bytes && selection.samples.size() > 1) {
    const double share = static_cast<double>(most_bytes) / static_cast<double>(json.size());
    selection.samples.resize(
        std::max<std::size_t>(1, static_cast<std::size_t>(0.9 * share * static_cast<double>(selection.samples.size()))));
    json = make();
  }
}

void note_missing_samples(SampleData& data, const PageContent& content, const Selection& selection) {
  if (const auto missing = content.samples.size() - selection.samples.size(); missing > 0)
    data.notes.push_back(fmt::format("{} samples, unchanged ones first, are left out to keep this page small.",
                                     count_text(static_cast<std::int64_t>(missing))));
}

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
  drop_until_it_fits(data.json, selection, most_bytes, [&] { return data_text(content, selection, used_limit); });
  if (used_limit != kNoLimit)
    data.notes.push_back(fmt::format("Texts longer than {} bytes are cut here; the run folders have them whole.",
                                     count_text(static_cast<std::int64_t>(used_limit))));
  if (const auto missing = static_cast<std::int64_t>(selection.pictures_left_out) + content.pictures_left_out; missing > 0)
    data.notes.push_back(fmt::format("{} pictures are left out to keep this page small.", count_text(missing)));
  note_missing_samples(data, content, selection);
  if (!data.notes.empty()) data.notes.emplace_back("A page written with --html-folder has all of it, in files beside it.");
  return data;
}

PartedSamples parted_samples(const PageContent& content, const std::string& folder, std::size_t most_list_bytes, std::size_t part_bytes) {
  PartedSamples parted;
  if (content.samples.empty()) return parted;
  Selection selection = selection_of(content);
  choose_pictures(selection, kNoLimit);
  Parts texts(part_bytes), pictures(part_bytes);
  for (const PageSample* sample : selection.samples) texts.add(part_row(*sample));
  for (const auto picture : selection.picture_order) pictures.add(fmt::format("\"{}\"", base64(picture)));
  Digest digest;
  texts.add_to(digest), pictures.add_to(digest);
  const PartPlaces places{folder, digest.hex(), texts.firsts(), pictures.firsts()};
  std::size_t used_limit = 0;
  for (const std::size_t limit : kExcerptLimits) {
    used_limit = limit;
    parted.list.json = data_text(content, selection, limit, &places);
    if (parted.list.json.size() <= most_list_bytes) break;
  }
  drop_until_it_fits(parted.list.json, selection, most_list_bytes, [&] { return data_text(content, selection, used_limit, &places); });
  note_missing_samples(parted.list, content, selection);
  parted.list.has_parts = true;
  texts.move_into(parted.parts, places, "texts");
  pictures.move_into(parted.parts, places, "pictures");
  return parted;
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
