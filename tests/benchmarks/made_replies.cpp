#include "tests/benchmarks/made_replies.h"

#include <fmt/format.h>

#include <array>

#include "benchmarks/choice_scoring.h"
#include "datasets/mme_folder.h"

namespace assay::testing {
namespace {

/// What a reply may be.
struct Texts {
  std::string right, half, wrong;
};

/// Makes the i-th sample what the benchmark wants it to be.
using Make = Texts (*)(Sample& sample, int i, std::string_view profile);

Texts choice(Sample& sample, int i, std::string_view) {
  const std::array<std::string, 4> letters = {"A", "B", "C", "D"};
  for (const auto& letter : letters) sample.options.push_back({letter, "thing " + letter});
  const auto& right = letters[static_cast<std::size_t>(i % 4)];
  sample.references = {right};
  sample.category = i % 5 < 3 ? "perception" : "reasoning";
  const auto& wrong = letters[static_cast<std::size_t>((i + 1) % 4)];
  return {right, wrong, wrong};
}
Texts mmstar(Sample& sample, int i, std::string_view profile) {
  if (i % 7 != 6) sample.fields["l2_category"] = fmt::format("detail {}", i % 3);
  return choice(sample, i, profile);
}
Texts scienceqa(Sample& sample, int i, std::string_view profile) {
  const auto texts = choice(sample, i, profile);
  if (i % 8 > 5) sample.images.clear();
  return texts;
}
Texts seed_bench(Sample& sample, int i, std::string_view profile) {
  sample.fields["data_type"] = i % 3 == 0 ? "video" : "image";
  return choice(sample, i, profile);
}
/// A question of two rotations a picture, and every fourth question on the picture of the one before.
Texts mmbench(Sample& sample, int i, std::string_view) {
  const int group = i / 2;
  sample.id = fmt::to_string(group + 1'000'000 * (i % 2));
  if (group % 4 == 3 && !sample.images.empty()) sample.images.front().stated = fmt::format("{}.jpg", group - 1);
  sample.options = {{"A", "cat"}, {"B", "dog"}};
  sample.references = {i % 2 == 0 ? "A" : "B"};
  sample.category = "Logic Reasoning: Future Prediction";
  return {sample.references.front(), "C", i % 2 == 0 ? "B" : "A"};
}

Texts yes_or_no(Sample& sample, int i) {
  sample.references = {i % 2 == 0 ? "Yes" : "No"};
  return {sample.references.front(), "maybe", i % 2 == 0 ? "No" : "Yes"};
}
Texts mme(Sample& sample, int i, std::string_view) {
  const auto subtasks = mme_subtasks();
  sample.category = subtasks[static_cast<std::size_t>(i / 2) % subtasks.size()];
  sample.group = fmt::format("{}/{}.jpg", sample.category, i / 2);
  return yes_or_no(sample, i);
}
Texts pope(Sample& sample, int i, std::string_view) {
  sample.category = std::array{"random", "popular", "adversarial", "random,popular"}[static_cast<std::size_t>(i / 4 % 4)];
  sample.references = {i % 2 == 0 ? "yes" : "no"};
  return {sample.references.front(), "maybe", i % 2 == 0 ? "no" : "yes"};
}
Texts hallusion(Sample& sample, int i, std::string_view) {
  sample.category = i % 3 == 0 ? "VS" : "VD";
  sample.fields = {{"subcategory", "ocr"}, {"set_id", fmt::to_string(i / 6)}, {"figure_id", fmt::to_string(i % 2)}, {"question_id", fmt::to_string(i / 2 % 3)},
                   {"visual_input", i % 12 == 0 ? "0" : i % 2 == 0 ? "1" : "2"}};
  return yes_or_no(sample, i);
}

Texts chartqa(Sample& sample, int i, std::string_view) {
  sample.category = i % 3 == 0 ? "human" : "augmented";
  sample.references = {"12"};
  return {"12", "14", "50"};
}
Texts anls(Sample& sample, int, std::string_view) {
  sample.references = {"hello world", "hello"};
  return {"Hello world", "hello worlt", "zzz"};
}
Texts ten_answers(Sample& sample, int, std::string_view) {
  sample.references = {"cat", "cat", "cat", "cat", "cat", "cat", "cat", "cat", "dog", "dog"};
  return {"cat", "dog", "bird"};
}
Texts one_answer(Sample& sample, int, std::string_view) {
  sample.references = {"cat"};
  return {"cat", "a cat", "dog"};
}
Texts ocrbench(Sample& sample, int i, std::string_view) {
  sample.category = i % 2 == 0 ? "Regular Text Recognition" : "Scene Text-centric VQA";
  sample.references = {"cat"};
  return {"cat", "ca", "dog"};
}
Texts refcoco(Sample& sample, int i, std::string_view profile) {
  sample.fields = {{"bbox_x1", "100"}, {"bbox_y1", "200"}, {"bbox_x2", "300"}, {"bbox_y2", "400"}, {"width", "1000"}, {"height", "1000"}};
  if (sample.id.starts_with("all")) sample.fields["split"] = std::array{"RefCOCO_val", "RefCOCO+_testA", "RefCOCOg_val"}[static_cast<std::size_t>(i % 3)];
  sample.references = {"[100, 200, 300, 400]"};
  if (profile == "qwen") return {"(99.9,199.8),(299.7,399.6)", "(99.9,199.8),(300,300)", "none"};
  if (profile == "minigpt4") return {"{<10><20><30><40>}", "{<10><20><30><25>}", "none"};
  return {"[0.1, 0.2, 0.3, 0.4]", "[0.1, 0.2, 0.3, 0.25]", "none"};
}
Texts caption(Sample& sample, int i, std::string_view) {
  sample.references = {fmt::format("a{0} red{0} dog runs to its home number{0}", i)};
  if (i % 2 == 1) sample.fields["domain"] = "in-domain";
  return {sample.references.front(), fmt::format("a red{0} dog runs and runs", i), "two cats"};
}

Texts mathvista(Sample& sample, int, std::string_view) {
  sample.fields = {{"question_type", "free_form"}, {"answer_type", "integer"}, {"task", "arithmetic"}};
  sample.references = {"12"};
  return {"12", "13", "1"};
}
Texts with_a_reference(Sample& sample, int i, std::string_view) {
  sample.references = {"Some words."};
  sample.category = i % 2 == 0 ? "conv" : "detail";
  sample.fields = {{"capability", i % 2 == 0 ? "ocr, math" : "ocr"}, {"position", "0"}};
  return {"Some words.", "Words.", "No."};
}

struct Row {
  std::string_view prefix;
  Make make;
};
constexpr Row kRows[] = {
    {"mmbench", mmbench},   {"ccbench", mmbench},  {"mmstar", mmstar},       {"scienceqa", scienceqa},  {"seed_bench_all", seed_bench}, {"mme", mme},
    {"pope", pope},         {"hallusion", hallusion}, {"chartqa", chartqa},  {"docvqa", anls},          {"infovqa", anls},              {"vqav2", ten_answers},
    {"okvqa", ten_answers}, {"textvqa", ten_answers}, {"vizwiz", ten_answers}, {"gqa", one_answer},     {"ocrvqa", one_answer},         {"ocrbench", ocrbench},
    {"refcoco", refcoco},   {"coco_", caption},    {"flickr30k", caption},   {"nocaps", caption},       {"mathvista", mathvista},       {"mmvet", with_a_reference},
    {"llava_bench", with_a_reference}, {"convbench", with_a_reference},
    {"mmdu", with_a_reference},
};

Make maker_of(std::string_view benchmark) {
  for (const auto& row : kRows) {
    if (benchmark.starts_with(row.prefix) && !(row.prefix == "mme" && benchmark != "mme")) return row.make;
  }
  return choice;
}

/// 0 right, 1 half right, 2 wrong.
std::vector<std::string> judgement(const std::string& benchmark, std::string_view profile, int kind) {
  if (benchmark == "hallusion_bench" && profile.ends_with("-judged")) return {profile.starts_with("vlmevalkit") ? "Unknown" : std::array{"correct", "unclear", "incorrect"}[static_cast<std::size_t>(kind)]};
  if ((benchmark == "mme" || benchmark == "pope") && profile == "vlmevalkit-judged" && kind == 1) return {"Unknown"};  // a wrong reply's judge says nothing
  if (benchmark == "mmvet") return std::array<std::vector<std::string>, 3>{{{"1", "1"}, {"0.5", "0.2"}, {"0"}}}[static_cast<std::size_t>(kind)];
  if (benchmark == "llava_bench_wild") return {std::array{"10 10\nBoth are good.", "8 5.5\n", "Both are good."}[static_cast<std::size_t>(kind)]};
  if (benchmark == "mmdu") return {std::array{"{'Overall Score': 10}", "{'Overall Score': 5}", "no dict"}[static_cast<std::size_t>(kind)], "{'Creativity': 9, 'Overall Score': 10}"};
  if (benchmark != "convbench") return {};
  const std::string win = "Overall, Response A is better.", loss = "Overall, Response B is better.";
  return {kind == 2 ? loss : win, kind == 0 ? win : loss, kind == 2 ? loss : win, kind == 0 ? win : loss};
}

}  // namespace

std::vector<Reply> made_replies(const std::string& benchmark, std::string_view profile, Answers answers, const std::filesystem::path& folder) {
  const auto make = maker_of(benchmark);
  const int count = 72;
  std::vector<Reply> replies;
  for (int i = 0; i < count; ++i) {
    Reply reply;
    Sample& sample = reply.sample;
    sample.id = fmt::format("{}{}", benchmark == "refcoco" ? "all" : "q", i);
    sample.question = "What is it?";
    const auto stated = fmt::format("{}.jpg", i / 2);
    sample.images.push_back({folder / stated, 0, 0, ImageRef::Encoding::kRaw, (folder / stated).string(), stated});
    const auto texts = make(sample, i, profile);
    const int kind = answers == Answers::kRight || i % 5 < 2 ? 0 : i % 5 < 4 ? 1 : 2;
    reply.text = kind == 0 ? texts.right : kind == 1 ? texts.half : texts.wrong;
    reply.judge_replies = judgement(benchmark, profile, kind);
    if (benchmark.starts_with("scienceqa")) sample.fields[kRecordedChoice] = reply.text;
    if (answers == Answers::kMixed) {
      if (i % 11 == 3) reply.text.clear();
      if (i % 11 == 5) reply.state = SampleState::kError;
      if (i % 11 == 7) reply.state = SampleState::kTruncated;
      if (i % 13 == 4) reply.judge_replies.clear();
      if (i % 13 == 6 && benchmark == "mathvista_testmini") reply.text = "I do not know";
      if (i % 17 == 9) sample.references.clear();
    }
    replies.push_back(std::move(reply));
  }
  return replies;
}

}  // namespace assay::testing
