#include <fmt/format.h>
#include <fmt/ranges.h>

#include <utility>

#include "harness/base/error.h"
#include "harness/base/json.h"
#include "harness/cli/command_line.h"
#include "harness/cli/verbs.h"
#include "harness/plan.h"
#include "harness/plugins.h"
#include "model/tokenizer/tokenizer.h"

namespace assay {
namespace {

std::vector<std::int64_t> ids_on_stdin() {
  const auto document = json::parse(read_stdin(), "stdin");
  if (!document.IsArray()) throw DataError("stdin: expected a JSON array of token ids");
  std::vector<std::int64_t> ids;
  for (const auto& item : document.GetArray()) {
    if (!item.IsInt64()) throw DataError(fmt::format("stdin: item {} is no integer", ids.size()));
    ids.push_back(item.GetInt64());
  }
  return ids;
}

json::Value ids_value(const std::vector<std::int64_t>& ids, json::Document::AllocatorType& allocator) {
  json::Value value(rapidjson::kArrayType);
  for (const auto id : ids) value.PushBack(id, allocator);
  return value;
}

/// The ids with a space between them, a picture's thousands of equal ones as a count: `151644 872 151667*256 198`.
std::string ids_text(const std::vector<std::int64_t>& ids) {
  constexpr std::size_t kLongRun = 8;
  std::string text;
  for (std::size_t i = 0; i < ids.size();) {
    std::size_t end = i + 1;
    while (end < ids.size() && ids[end] == ids[i]) ++end;
    const bool is_run = end - i >= kLongRun;
    text += fmt::format("{}{}", text.empty() ? "" : " ", ids[i]);
    if (is_run) text += fmt::format("*{}", end - i);
    i = is_run ? end : i + 1;
  }
  return text;
}

/// Samples of the same benchmark that ask about the same pictures: their features are computed once.
std::vector<std::string> samples_sharing(const PlannedBenchmark& planned, const Question& question) {
  std::vector<std::string> ids;
  const std::string key = question.prompt.images.empty() ? "" : question.prompt.images.front().key;
  for (std::size_t i = 0; i < planned.source->size() && !key.empty(); ++i) {
    const Sample other = planned.source->get(i);
    const auto asked = planned.benchmark->ask(other, planned.prompt_profile).prompt.images;
    if (!asked.empty() && asked.front().key == key && other.id != planned.samples.front().id) ids.push_back(other.id);
  }
  return ids;
}

std::string prompt_text(const PromptView& view, const std::vector<std::string>& sharing) {
  std::string text = fmt::format("{}\n\n{} tokens: {}\n", view.text, view.token_ids.size(), ids_text(view.token_ids));
  for (const auto& image : view.images)
    text += fmt::format("picture {}: {}x{} pixels, grid {}x{}, {} tiles with the thumbnail, {} tokens, digest {}\n", image.name, image.width,
                        image.height, image.grid_columns, image.grid_rows, image.tile_count, image.token_count, image.digest);
  text += fmt::format("stops at: {}\n", fmt::join(view.stop, ", "));
  text += fmt::format("shares its picture with {} other samples{}{}\n", sharing.size(), sharing.empty() ? "" : ": ", fmt::join(sharing, ", "));
  return text;
}

std::string prompt_json(const PromptView& view, const std::vector<std::string>& sharing) {
  json::Document document;
  auto& allocator = document.GetAllocator();
  document.SetObject();
  document.AddMember("text", json::string_value(view.text, allocator), allocator);
  document.AddMember("token_ids", ids_value(view.token_ids, allocator), allocator);
  json::Value images(rapidjson::kArrayType);
  for (const auto& image : view.images) {
    json::Value value(rapidjson::kObjectType);
    value.AddMember("name", json::string_value(image.name, allocator), allocator);
    value.AddMember("digest", json::string_value(image.digest, allocator), allocator);
    value.AddMember("width", image.width, allocator).AddMember("height", image.height, allocator);
    value.AddMember("grid_columns", image.grid_columns, allocator).AddMember("grid_rows", image.grid_rows, allocator);
    value.AddMember("tile_count", image.tile_count, allocator).AddMember("token_count", image.token_count, allocator);
    images.PushBack(value, allocator);
  }
  document.AddMember("images", images, allocator);
  json::Value stop(rapidjson::kArrayType), shared(rapidjson::kArrayType);
  for (const auto& text : view.stop) stop.PushBack(json::string_value(text, allocator), allocator);
  for (const auto& id : sharing) shared.PushBack(json::string_value(id, allocator), allocator);
  document.AddMember("stop", stop, allocator);
  document.AddMember("shares_picture_with", shared, allocator);
  return json::dump_pretty(document) + "\n";
}

}  // namespace

int inspect_tokens(const Program&, Arguments arguments) {
  std::string model;
  bool decodes = false, adds_prefix = false, skips_special = false;
  CommandLine line("inspect tokens", "Text on stdin, exactly as it stands, to a JSON array of token ids on stdout; or back.",
                   "  printf 'a chart' | assay inspect tokens --model M\n"
                   "  echo '[64, 9671]' | assay inspect tokens --model M --decode\n");
  line.text("model", model, "checkpoint folder");
  line.flag("decode", decodes, "JSON array on stdin to text on stdout");
  line.flag("skip-special", skips_special, "with --decode: leave special tokens out");
  line.flag("prefix", adds_prefix, "put in front what the reference tokenizer's default call puts there");
  Problems problems;
  if (!line.parse(std::move(arguments), problems)) return 0;
  if (model.empty()) problems.emplace_back("--model is missing: name a checkpoint folder");
  throw_if_any(problems);
  const auto tokenizer = open_tokenizer(model);
  if (decodes) {
    print_out(tokenizer->decode(ids_on_stdin(), skips_special));
    return 0;
  }
  auto ids = adds_prefix ? tokenizer->prefix_ids() : std::vector<std::int64_t>{};
  const auto encoded = tokenizer->encode(read_stdin());
  ids.insert(ids.end(), encoded.begin(), encoded.end());
  print_out(fmt::format("[{}]\n", fmt::join(ids, ", ")));
  return 0;
}

int inspect_prompt(const Program& program, Arguments arguments) {
  RawValues given;
  CommandLine line("inspect prompt", "The exact prompt of one sample, as a run would send it.",
                   "  assay inspect prompt --model M --bench chartqa_test --data-dir data --sample 17\n");
  line.fields(given, {"model", "bench", "plugin", "data-dir", "sample", "prompt-profile", "without-pictures", "max-tiles", "max-new-tokens", "dtype", "device",
                      "chat-template", "system", "no-system", "max-image-pixels", "max-image-bytes", "threads", "format"});
  Problems problems;
  if (!line.parse(std::move(arguments), problems)) return 0;
  const RunConfig config = make_config({}, given, problems);
  load_plugins(config.task.plugins);
  append(problems, validate(config, names_of(program.catalog)));
  if (config.task.benchmarks.size() > 1) problems.emplace_back("--bench: one benchmark at a time");
  if (config.task.samples.size() != 1) problems.emplace_back("--sample is missing: name one sample");
  throw_if_any(problems);
  const Plan plan = make_plan(config, program.catalog, data_places(config.task.data_dir));
  const PlannedBenchmark& planned = plan.benchmarks.front();
  const Sample sample = planned.source->get(planned.samples.front().index);
  const Question question = question_for(planned, sample, config.decoding);
  const auto model = program.open_model(config.model.path, vlm_options(config));
  Request request = request_for(planned, planned.samples.front(), question);  // of a dialogue its first turn
  request.id = sample.id;
  request.options.clear();
  const auto view = model->view_prompt(request);
  if (!view) throw ModelError(fmt::format("{}: {}: {}", sample.id, view.error().stage, view.error().message));
  const auto sharing = samples_sharing(planned, question);
  print_out(wants_json(config.output.format) ? prompt_json(*view, sharing) : prompt_text(*view, sharing));
  return 0;
}

int inspect_weights(const Program& program, Arguments arguments) {
  std::string model;
  CommandLine line("inspect weights", "What a checkpoint folder holds, from its config and the headers of its weight files.",
                   "  assay inspect weights checkpoints/InternVL2_5-1B\n");
  line.argument("DIR", model, "checkpoint folder");
  line.text("model", model, "the same, as the other verbs call it");
  Problems problems;
  if (!line.parse(std::move(arguments), problems)) return 0;
  if (model.empty()) problems.emplace_back("assay inspect weights: name a checkpoint folder");
  throw_if_any(problems);
  const CheckpointReport report = program.inspect_checkpoint(model);
  std::string text = fmt::format("family: {} ({} layout)\nvision: {}\nlanguage: {}\n", report.family, report.layout, report.vision_model,
                                 report.language_model);
  text += fmt::format("parameters: {} ({} bytes, {})\n", report.parameter_count, report.weight_bytes, report.dtype);
  text += fmt::format("tiles: {} pixels a side, {} tokens each, {} to {} a picture\n", report.image_side, report.tokens_per_tile,
                      report.min_tiles, report.max_tiles);
  text += fmt::format("chat template: {}\nsystem text: {}\n", report.chat_template, report.system_text);
  for (const auto& file : report.files) text += fmt::format("file: {}\n", file);
  for (const auto& warning : report.warnings) text += fmt::format("odd: {}\n", warning);
  text += report.mismatches.empty() ? "tensors: every one is there and used\n" : fmt::format("tensors: {}\n", report.mismatches);
  print_out(text);
  return report.mismatches.empty() ? 0 : ModelError("").exit_code();
}

}  // namespace assay
