#include "benchmarks/prediction_file.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <unordered_map>

#include "datasets/file_slice.h"
#include "datasets/json_sample.h"
#include "datasets/python_literal.h"
#include "datasets/vlmevalkit_row.h"
#include "datasets/vlmevalkit_tsv.h"
#include "datasets/xlsx_table.h"
#include "harness/base/error.h"
#include "harness/base/file.h"
#include "harness/base/json.h"
#include "metrics/python_text.h"

namespace assay {
namespace {

constexpr std::size_t kListed = 10;

std::string text_of_scalar(const json::Value& value) {
  return value.IsString() ? std::string(json::text_of(value)) : json::dump(value);
}

bool is_scalar(const json::Value& value) { return value.IsString() || value.IsNumber() || value.IsBool(); }

/// A row, and behind it the data set's own row where lmms-eval wrote that beside it.
struct Row {
  const json::Value& row;
  const json::Value* doc;

  [[nodiscard]] const json::Value* find(std::string_view key) const {
    const json::Value* value = json::find(row, key);
    if ((value == nullptr || value->IsNull()) && doc != nullptr) value = json::find(*doc, key);
    return value == nullptr || value->IsNull() ? nullptr : value;
  }
  [[nodiscard]] std::string text(std::initializer_list<std::string_view> keys) const {
    for (const auto key : keys) {
      const json::Value* value = find(key);
      if (value != nullptr && is_scalar(*value)) return text_of_scalar(*value);
    }
    return "";
  }
};

/// The innermost first text of [[text]] or text.
const json::Value* first_text(const json::Value* value) {
  while (value != nullptr && value->IsArray()) value = value->Empty() ? nullptr : &(*value)[0];
  return value != nullptr && is_scalar(*value) ? value : nullptr;
}

/// Where the reply stands: {key, value}; a null value when the row has none.
std::pair<std::string_view, const json::Value*> find_reply(const json::Value& row) {
  for (const std::string_view key :
       {"reply", "prediction", "predict", "pred", "model_prediction", "filtered_resps", "resps", "response", "text", "caption", "answer"}) {
    if (const json::Value* value = first_text(json::find(row, key))) return {key, value};
  }
  return {"", nullptr};
}

std::vector<std::string> find_references(const Row& row, std::string_view reply_key) {
  for (const std::string_view key : {"references", "answers", "label", "gt_answer", "gt_answers", "gt", "annotation", "answer", "target"}) {
    const json::Value* value = key == reply_key && row.doc != nullptr ? json::find(*row.doc, key) : key == reply_key ? nullptr : row.find(key);
    if (value == nullptr || value->IsNull()) continue;
    if (is_scalar(*value)) return {text_of_scalar(*value)};
    if (!value->IsArray()) continue;
    std::vector<std::string> references;
    for (const auto& item : value->GetArray()) {
      const json::Value* inner = json::find(item, "answer");  // VQA's annotations: {"answer": "...", "answer_id": 1}
      references.push_back(text_of_scalar(inner != nullptr ? *inner : item));
    }
    return references;
  }
  return {};
}

std::vector<Option> lettered(const std::vector<std::string>& texts) {
  std::vector<Option> options;
  for (const auto& text : texts) {
    if (options.size() < 26) options.push_back({std::string(1, static_cast<char>('A' + options.size())), text});
  }
  return options;
}

/// Options that stand in a list, in a Python list written as text, or as Q-Bench's option0 to option3 ("N/A" where there is none).
std::vector<Option> find_listed_options(const Row& row) {
  for (const std::string_view key : {"options", "choices"}) {
    const json::Value* given = row.find(key);
    if (given == nullptr) continue;
    std::vector<std::string> texts;
    if (given->IsArray()) {
      for (const auto& text : given->GetArray()) texts.push_back(text_of_scalar(text));
    } else if (given->IsString()) {
      texts = python_list(json::text_of(*given)).value_or(texts);
    }
    if (!texts.empty()) return lettered(texts);
  }
  std::vector<std::string> texts;
  for (const std::string_view key : {"option0", "option1", "option2", "option3"}) {
    const std::string text = row.text({key});
    if (text.empty() || text == "N/A") break;
    texts.push_back(text);
  }
  return lettered(texts);
}

std::vector<Option> find_options(const Row& row) {
  std::vector<Option> options;
  const json::Value* given = row.find("options");
  for (char letter = 'A'; letter <= 'Z'; ++letter) {
    const std::string name(1, letter);
    const json::Value* value = given != nullptr && given->IsObject() ? json::find(*given, name) : row.find(name);
    if (value != nullptr && is_scalar(*value)) options.push_back({name, text_of_scalar(*value)});
  }
  return options.empty() ? find_listed_options(row) : options;
}

Prediction prediction_from(const json::Value& object, std::string where) {
  if (!object.IsObject()) throw DataError(fmt::format("{}: expected an object with an id and a reply, got {}", where, json::dump(object).substr(0, 40)));
  const Row row{object, json::find(object, "doc")};
  const auto [reply_key, reply] = find_reply(object);
  if (reply == nullptr) throw DataError(fmt::format("{}: no reply (looked for \"reply\", \"prediction\", \"pred\", \"response\", \"text\", \"answer\")", where));
  Prediction prediction;
  prediction.is_verbatim = true;
  prediction.where = std::move(where);
  prediction.reply = text_of_scalar(*reply);
  Sample& sample = prediction.sample;
  sample.id = row.text({"id", "question_id", "questionId", "index", "image_id", "doc_id"});
  sample.question = row.text({"question", "query"});
  sample.hint = row.text({"hint"});
  sample.category = row.text({"category", "type"});
  sample.options = find_options(row);
  sample.references = find_references(row, reply_key);
  for (const auto* part : {row.doc, &object}) {
    if (part == nullptr || !part->IsObject()) continue;
    for (const auto& member : part->GetObject()) {
      if (is_scalar(member.value)) sample.fields[std::string(json::text_of(member.name))] = text_of_scalar(member.value);
    }
  }
  return prediction;
}

/// The objects of one line of a file that is not one JSON text. Official SEED-Bench files end their lines with a comma.
std::vector<Prediction> read_json_lines(std::string_view text, const std::string& path) {
  std::vector<Prediction> predictions;
  std::size_t number = 0;
  for (std::string_view line : python::split(text, "\n")) {
    ++number;
    line = python::strip(line);
    if (line.ends_with(',')) line.remove_suffix(1);
    if (line.empty()) continue;
    const std::string where = fmt::format("{}:{}", path, number);
    predictions.push_back(prediction_from(json::parse(line, where), where));
  }
  return predictions;
}

std::vector<Prediction> read_rows(const json::Value& rows, const std::string& where) {
  std::vector<Prediction> predictions;
  for (rapidjson::SizeType i = 0; i < rows.Size(); ++i) predictions.push_back(prediction_from(rows[i], fmt::format("{}[{}]", where, i)));
  return predictions;
}

/// Whether every line is an object by itself, going by the first: "{" alone opens an object over many lines.
bool holds_json_lines(std::string_view text) {
  std::string_view line = python::strip(text.substr(0, text.find('\n')));
  if (line.ends_with(',')) line.remove_suffix(1);
  return line.empty() || (line.starts_with('{') && line.ends_with('}') && python::strip(text.substr(line.size())) != "");
}

std::vector<Prediction> read_json(const std::filesystem::path& path) {
  const std::string content = read_file(path), name = path.string();
  check_utf8(content, name);
  const std::string_view text = python::strip(content);
  if (holds_json_lines(text)) return read_json_lines(content, name);
  const auto document = json::parse(content, name);
  if (document.IsArray()) return read_rows(document, name);
  const json::Value* records = json::find(document, "records");
  if (records != nullptr && records->IsArray()) return read_rows(*records, name + ": records");
  std::vector<Prediction> single;
  single.push_back(prediction_from(document, name));
  return single;
}

std::vector<Prediction> read_tsv(const std::filesystem::path& path) {
  TsvOptions options;
  options.keep_rows_without_image = true;
  const auto source = open_vlmevalkit_tsv(path, options);
  std::vector<Prediction> predictions;
  bool has_predictions = false;
  for (std::size_t i = 0; i < source->size(); ++i) {
    Prediction prediction;
    prediction.sample = source->get(i);
    prediction.where = fmt::format("{}: index {}", path.string(), prediction.sample.id);
    const auto found = prediction.sample.fields.find("prediction");
    if (found != prediction.sample.fields.end()) has_predictions = true, prediction.reply = found->second;
    predictions.push_back(std::move(prediction));
  }
  if (!has_predictions) throw DataError(fmt::format("{}: expected a column \"prediction\" as VLMEvalKit writes it, and there is none", path.string()));
  return predictions;
}

/// VLMEvalKit's default. Its columns are typed as pandas types them, but a reply that pandas would take for missing is kept.
std::vector<Prediction> read_xlsx(const std::filesystem::path& path) {
  const auto table = read_xlsx_table(path);
  const VlmEvalKitColumns columns(table.columns, path.string());
  const auto named = std::ranges::find(table.columns, "prediction");
  if (named == table.columns.end()) {
    throw DataError(fmt::format("{}: expected a column \"prediction\" as VLMEvalKit writes it; found: {}", path.string(), column_list(table.columns)));
  }
  const auto column = static_cast<std::size_t>(named - table.columns.begin());
  const bool has_answers = columns.answer() && table.types[*columns.answer()] != ColumnType::kAllMissing;
  std::vector<Prediction> predictions;
  for (std::size_t row = 0; row < table.rows.size(); ++row) {
    if (!table.text(row, columns.index())) throw DataError(fmt::format("{}: the index is missing", table.where(row)));
    const auto& reply = table.rows[row].cells[column];
    Prediction prediction;
    prediction.sample = columns.sample([&](std::size_t c) { return table.text(row, c); }, has_answers, true);
    prediction.where = table.where(row);
    prediction.reply = table.text(row, column).value_or(reply);
    prediction.is_cut = reply.size() >= kLongestXlsxCell && python::length(reply) >= kLongestXlsxCell;
    predictions.push_back(std::move(prediction));
  }
  return predictions;
}

constexpr const char* kWayOutOfPickles =
    "a Python pickle can run code and is not read; give the .xlsx, .tsv or .json that VLMEvalKit wrote for the same model (PRED_FORMAT chooses), or save "
    "it as one of them from Python";

/// What a ZIP archive begins with, whatever the file is called.
bool is_zip(const std::filesystem::path& path) {
  std::array<char, 4> head{};
  return SliceReader(path).read_into(head.data(), 0, head.size()) == head.size() && std::string_view(head.data(), head.size()) == "PK\x03\x04";
}

/// "3 ids that the data does not have: a, b, c"
std::string listed(const std::vector<std::string>& ids, std::string_view what) {
  const std::size_t shown = std::min(ids.size(), kListed);
  return fmt::format("{} {}: {}{}", ids.size(), what, fmt::join(ids.begin(), ids.begin() + static_cast<std::ptrdiff_t>(shown), ", "),
                     shown < ids.size() ? ", ..." : "");
}

void refuse(const std::filesystem::path& path, const std::vector<std::string>& unmatched, const std::vector<std::string>& missing,
            const std::vector<std::string>& repeated) {
  std::vector<std::string> problems;
  if (!unmatched.empty()) problems.push_back(listed(unmatched, "ids that the data does not have"));
  if (!missing.empty()) problems.push_back(listed(missing, "ids of the data that the file does not have"));
  if (!repeated.empty()) problems.push_back(listed(repeated, "ids that come more than once"));
  if (!problems.empty()) throw DataError(fmt::format("{}: {}", path.string(), fmt::join(problems, "; ")));
}

/// A reply that the file cut is scored as it is, and counted.
SampleState state_in(const Prediction& prediction) { return prediction.is_cut ? SampleState::kTruncated : SampleState::kScored; }

std::vector<Reply> unmatched_replies(std::vector<Prediction> predictions, const std::filesystem::path& path, const MatchRules& rules) {
  std::set<std::string> seen;
  std::vector<std::string> repeated;
  std::vector<Reply> replies;
  for (auto& prediction : predictions) {
    if (prediction.sample.references.empty()) {
      throw DataError(fmt::format("{}: no label in the row; give the data set itself with --data-dir", prediction.where));
    }
    if (prediction.sample.id.empty()) prediction.sample.id = std::to_string(replies.size());
    if (!seen.insert(prediction.sample.id).second) repeated.push_back(prediction.sample.id);
    replies.push_back({std::move(prediction.sample), std::move(prediction.reply), state_in(prediction), prediction.is_verbatim});
  }
  if (!rules.may_repeat_unmatched) refuse(path, {}, {}, repeated);
  return replies;
}

/// Rows that name no sample but bring their own labels, as InternVL's result files do: there is nothing to look up.
bool stands_alone(const std::vector<Prediction>& predictions) {
  return std::all_of(predictions.begin(), predictions.end(), [](const Prediction& prediction) {
    return prediction.sample.id.empty() && !prediction.sample.references.empty();
  });
}

}  // namespace

std::vector<Prediction> read_prediction_file(const std::filesystem::path& path) {
  if (std::filesystem::is_directory(path)) {
    throw DataError(fmt::format("{}: expected a prediction file (JSON, JSON lines, VLMEvalKit's TSV or xlsx), got a folder", path.string()));
  }
  const std::string extension = python::lower(path.extension().string());
  if (extension == ".pkl" || extension == ".pickle") throw DataError(fmt::format("{}: {}", path.string(), kWayOutOfPickles));
  auto predictions = extension == ".xlsx" || is_zip(path) ? read_xlsx(path) : extension == ".tsv" ? read_tsv(path) : read_json(path);
  if (predictions.empty()) throw DataError(fmt::format("{}: no predictions in the file", path.string()));
  return predictions;
}

std::optional<json::Document> try_json_object(const std::filesystem::path& path) {
  const std::string extension = python::lower(path.extension().string());
  if (std::filesystem::is_directory(path) || extension == ".tsv" || extension == ".xlsx") return std::nullopt;
  const auto text = read_file(path);
  try {
    auto document = json::parse(without_byte_order_mark(text), path.string());
    if (document.IsObject()) return document;
  } catch (const DataError&) {
    return std::nullopt;
  }
  return std::nullopt;
}

std::vector<Reply> match_predictions(std::vector<Prediction> predictions, const SampleSource* data, const std::filesystem::path& path,
                                     const MatchRules& rules) {
  if (data == nullptr || stands_alone(predictions)) return unmatched_replies(std::move(predictions), path, rules);
  std::unordered_map<std::string, std::size_t> row_of;
  std::vector<std::string> repeated, missing, unmatched;
  for (std::size_t i = 0; i < predictions.size(); ++i) {
    if (predictions[i].sample.id.empty()) throw DataError(fmt::format("{}: no id (looked for \"id\", \"question_id\", \"questionId\", \"index\")", predictions[i].where));
    if (!row_of.emplace(predictions[i].sample.id, i).second) repeated.push_back(predictions[i].sample.id);
  }
  std::vector<Reply> replies;
  const bool may_answer_a_part = dynamic_cast<const AnsweredInPart*>(data) != nullptr;
  for (std::size_t i = 0; i < data->size(); ++i) {
    Sample sample = data->get(i);
    const auto row = row_of.find(sample.id);
    if (row == row_of.end()) {
      if (may_answer_a_part) continue;
      if (!rules.may_be_missing || !rules.may_be_missing(sample)) missing.push_back(sample.id);
      continue;
    }
    auto& prediction = predictions[row->second];
    replies.push_back({std::move(sample), std::move(prediction.reply), state_in(prediction), prediction.is_verbatim});
    row_of.erase(row);
  }
  for (const auto& prediction : predictions) {
    if (row_of.erase(prediction.sample.id) == 0) continue;
    if (!rules.may_leave_out || !rules.may_leave_out(prediction.sample.id)) unmatched.push_back(prediction.sample.id);
  }
  refuse(path, unmatched, missing, repeated);
  return replies;
}

}  // namespace assay
