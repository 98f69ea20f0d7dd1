#include "benchmarks/family_prompts.h"

#include <algorithm>

#include "benchmarks/choice_question.h"
#include "benchmarks/prompt.h"
#include "metrics/python_text.h"

namespace assay {
namespace {

/// What the scripts and wrappers tell apart. Bits, so that a form can be for several.
using Kinds = unsigned;
constexpr Kinds kMme = 1, kHallusion = 2, kPope = 4, kAi2d = 8, kMmmu = 16, kQBench = 32, kOtherChoice = 64, kMathVista = 128, kMmVet = 256,
                kLlavaBench = 512, kPlainVqa = 1024, kOtherVqa = 2048, kCaptions = 4096, kGrounding = 8192;
constexpr Kinds kChoice = kAi2d | kMmmu | kQBench | kOtherChoice;
constexpr Kinds kVqa = kPlainVqa | kOtherVqa;

struct KindRow {
  std::string_view benchmark;  ///< the beginning of its name
  Kinds kind;
};
/// VLMEvalKit adds a request for a word or a phrase to kOtherVqa's questions, and none to kPlainVqa's. The first that fits counts.
constexpr KindRow kKinds[] = {
    {"ai2d_", kAi2d},          {"ccbench", kOtherChoice},  {"chartqa_", kOtherVqa},   {"coco_", kCaptions},        {"docvqa_", kOtherVqa},
    {"flickr30k_", kCaptions},  {"gqa_", kOtherVqa},        {"hallusion_", kHallusion}, {"infovqa_", kOtherVqa},    {"llava_bench_", kLlavaBench},
    {"mathvista_", kMathVista}, {"mmbench_", kOtherChoice}, {"mme", kMme},             {"mmmu_", kMmmu},           {"mmstar", kOtherChoice},
    {"mmvet", kMmVet},         {"nocaps_", kCaptions},      {"ocrbench", kPlainVqa},   {"ocrvqa_", kOtherVqa},     {"okvqa_", kOtherVqa},
    {"pope", kPope},           {"q_bench_", kQBench},      {"realworldqa", kOtherChoice}, {"refcoco", kGrounding}, {"scienceqa_", kOtherChoice},
    {"seed_bench", kOtherChoice}, {"textvqa_", kOtherVqa}, {"vizwiz_", kPlainVqa},    {"vqav2_", kOtherVqa},
};

/// What stands between a form's `before` and `behind`.
enum class Body {
  kQuestion,   ///< as it is
  kBrief,      ///< up to "Please answer", and a request to answer briefly
  kOptions,    ///< question, context and options in one line, the answer begun where the form says so; without options the request for a word
  kBareOptions,  ///< the same without the word for the options, and without a hint (lmms-eval)
  kBracketed,  ///< the same without a context, options "(A) ..." one a line, without the mark of the first picture
  kLetter,     ///< options one a line and the request for a letter, in the question's language
  kCaption,    ///< VLMEvalKit's request for a caption
  kBox         ///< the question of VLMEvalKit's file; for other files InternVL's
};

/// How the wrapper puts its text to the model.
enum class Shape {
  kTurn,    ///< the user's turn, pictures attached
  kNested,  ///< the user's turn, which begins with `before`, then the pictures, then all else: a prompt wrapped twice
  kBare     ///< the text as it is, pictures before it
};

struct Form {
  std::string_view profile;
  Kinds kinds;
  Body body;
  std::string_view before, behind;
  int max_new_tokens, beams;
  std::string_view system = "";
  Shape shape = Shape::kTurn;
  bool is_squared = false;
  bool begins_answer = false;  ///< "The answer is", where there are options
};

constexpr std::string_view kShort = "Answer the question using a single word or phrase.";
constexpr std::string_view kShortLine = "\nAnswer the question using a single word or phrase.";
constexpr std::string_view kInDetail = "Answer this question in detail.";
constexpr std::string_view kAnswerBegins = "The answer is";

/// The system text of XComposer's own scripts.
constexpr std::string_view kMeta =
    "You are an AI assistant whose name is InternLM-XComposer (浦语·灵笔).\n"
    "- InternLM-XComposer (浦语·灵笔) is a multi-modality conversational language model that is developed by Shanghai AI Laboratory "
    "(上海人工智能实验室). It is designed to be helpful, honest, and harmless.\n"
    "- InternLM-XComposer (浦语·灵笔) can understand and communicate fluently in the language chosen by the user such as English and 中文.\n"
    "- InternLM-XComposer (浦语·灵笔) is capable of comprehending and articulating responses effectively based on the provided image.";
/// The same with the line breaks of VLMEvalKit's wrapper of XComposer2.
constexpr std::string_view kBrokenMeta =
    "\nYou are an AI assistant whose name is InternLM-XComposer (浦语·灵笔).\n"
    "- InternLM-XComposer (浦语·灵笔) is a multi-modality conversational language model that is developed by\nShanghai AI Laboratory "
    "(上海人工智能实验室). It is designed to be helpful, honest, and harmless.\n"
    "- InternLM-XComposer (浦语·灵笔) can understand and communicate fluently in the language\nchosen by the user such as English and 中文.\n"
    "- InternLM-XComposer (浦语·灵笔) is capable of comprehending and articulating responses effectively\nbased on the provided image.\n";

/// Lines that the wrappers' sources continue with a backslash inside of a text bring their indentation along: 26, 15, 25 and 25 spaces.
constexpr std::string_view kShortAndIndentation = "Answer the question using a single word or phrase.                          ";
constexpr std::string_view kIndentation = "               ";
constexpr std::string_view kIndentedDetail =
    "                         Answer this question in detail.[UNUSED_TOKEN_145]\n[UNUSED_TOKEN_146]                         assistant\n";

constexpr std::string_view kKit4Khd = "vlmevalkit-xcomposer2-4khd";

constexpr Form kForms[] = {
    // InternLM-XComposer2's scripts. What they do not ask is asked in the way of the nearest that they do.
    {"xcomposer", kMme, Body::kBrief, "", "", 5, 5, "", Shape::kTurn, true},
    {"xcomposer", kHallusion, Body::kQuestion, "", "", 500, 3, "", Shape::kTurn, true},
    {"xcomposer", kAi2d, Body::kOptions, "", "", 500, 3, "", Shape::kTurn, false, true},
    {"xcomposer", kQBench, Body::kOptions, "", " ", 500, 3, "", Shape::kTurn, false, true},
    {"xcomposer", kMmmu, Body::kBracketed, "", "", 500, 3, "", Shape::kTurn, false, true},
    {"xcomposer", kOtherChoice, Body::kOptions, "", "", 5, 5, "", Shape::kTurn, false, true},
    {"xcomposer", kMathVista, Body::kQuestion, "", "", 500, 3},
    {"xcomposer", kMmVet | kLlavaBench, Body::kQuestion, "", kInDetail, 500, 3, kMeta},
    {"xcomposer", kVqa | kPope, Body::kQuestion, kShort, "", 500, 3},

    {"vlmevalkit-xcomposer2", kMme, Body::kBrief, "", "", 500, 5, "", Shape::kTurn, true},
    {"vlmevalkit-xcomposer2", kHallusion, Body::kQuestion, kShort, "", 10, 3},
    {"vlmevalkit-xcomposer2", kChoice, Body::kOptions, "", "", 5, 5, "", Shape::kTurn, false, true},
    {"vlmevalkit-xcomposer2", kMathVista, Body::kQuestion, "", "", 500, 3},
    {"vlmevalkit-xcomposer2", kLlavaBench, Body::kQuestion, "[UNUSED_TOKEN_146]user\nAnswer the question using a single word or phrase.",
     "[UNUSED_TOKEN_145]\n[UNUSED_TOKEN_146]assistant\nAnswer this question in detail.", 500, 3, kBrokenMeta},
    {"vlmevalkit-xcomposer2", kVqa | kMmVet, Body::kQuestion, kShort, "", 500, 3},
    {"vlmevalkit-xcomposer2", kPope, Body::kQuestion, "", kInDetail, 500, 3, kBrokenMeta},
    {"vlmevalkit-xcomposer2", kCaptions, Body::kCaption, "", kInDetail, 500, 3, kBrokenMeta},
    {"vlmevalkit-xcomposer2", kGrounding, Body::kBox, "", kInDetail, 500, 3, kBrokenMeta},

    {kKit4Khd, kMme, Body::kBrief, "", "", 500, 5},
    {kKit4Khd, kHallusion, Body::kQuestion, kShort, kIndentation, 10, 3},
    {kKit4Khd, kChoice, Body::kOptions, "", "", 5, 5, "", Shape::kTurn, false, true},
    {kKit4Khd, kMathVista, Body::kQuestion, "", "", 100, 3},
    {kKit4Khd, kMmVet | kLlavaBench, Body::kQuestion, "[UNUSED_TOKEN_145]\n[UNUSED_TOKEN_146]user\n", kIndentedDetail, 500, 3, kMeta,
     Shape::kBare},
    {kKit4Khd, kVqa, Body::kQuestion, kShortAndIndentation, "", 100, 3},
    {kKit4Khd, kPope, Body::kQuestion, "", "", 500, 3, "", Shape::kBare},
    {kKit4Khd, kCaptions, Body::kCaption, "", "", 500, 3, "", Shape::kBare},
    {kKit4Khd, kGrounding, Body::kBox, "", "", 500, 3, "", Shape::kBare},

    // This wrapper writes every prompt anew as one turn and forgets where an answer begins; on MM-Vet and LLaVA-Bench it stops at an assertion.
    {"vlmevalkit-xcomposer2d5", kMme, Body::kBrief, "[UNUSED_TOKEN_146]user\n", "", 2048, 3, "", Shape::kNested},
    {"vlmevalkit-xcomposer2d5", kHallusion | kPope, Body::kQuestion, "Answer the question using a single word or phrase.[UNUSED_TOKEN_146]user\n",
     "[UNUSED_TOKEN_145]\n[UNUSED_TOKEN_146]assistant\n               ", 10, 3, "", Shape::kNested},
    {"vlmevalkit-xcomposer2d5", kChoice, Body::kOptions, "", "", 5, 3},
    {"vlmevalkit-xcomposer2d5", kMathVista, Body::kQuestion, "", "", 100, 3},
    {"vlmevalkit-xcomposer2d5", kVqa, Body::kQuestion, kShort, "", 100, 3},
    {"vlmevalkit-xcomposer2d5", kCaptions, Body::kCaption, "", "", 500, 3},
    {"vlmevalkit-xcomposer2d5", kGrounding, Body::kBox, "", "", 500, 3},

    {"lmms-eval-xcomposer2-4khd", kMme, Body::kBrief, "", "", 16, 1},
    {"lmms-eval-xcomposer2-4khd", kAi2d, Body::kBareOptions, "", "", 16, 1, "", Shape::kTurn, false, true},

    // Of LLaVA and LLaVA-NeXT alike.
    {"vlmevalkit-llava", kChoice, Body::kLetter, "", "", 2048, 1},
    {"vlmevalkit-llava", kOtherVqa, Body::kQuestion, "", kShortLine, 2048, 1},
    {"vlmevalkit-llava", kMme | kHallusion | kPope | kPlainVqa | kMathVista | kMmVet | kLlavaBench, Body::kQuestion, "", "", 2048, 1},
    {"vlmevalkit-llava", kCaptions, Body::kCaption, "", "", 2048, 1},
    {"vlmevalkit-llava", kGrounding, Body::kBox, "", "", 2048, 1},
};

Kinds kind_of(std::string_view benchmark) {
  for (const auto& row : kKinds) {
    if (benchmark.starts_with(row.benchmark)) return row.kind;
  }
  return 0;
}

const Form* find_form(std::string_view benchmark, std::string_view profile) {
  const auto kind = kind_of(benchmark);
  for (const auto& form : kForms) {
    if (form.profile == profile && (form.kinds & kind) != 0) return &form;
  }
  return nullptr;
}

/// 4KHD's most tiles of a picture, where they are not the model's 25. OCRBench was to have 55, but its name is compared in lower case.
std::optional<int> tiles_of_4khd(std::string_view benchmark) {
  if (benchmark == "docvqa_test" || benchmark == "infovqa_test") return 65;
  if (benchmark == "docvqa_val" || benchmark == "infovqa_val") return 55;
  if (benchmark.starts_with("mmmu_") || benchmark.starts_with("mmbench_") || benchmark == "mmvet") return 16;
  return std::nullopt;
}

std::string brief_text(const Sample& sample) {
  const std::string_view question = sample.question;
  return std::string(python::strip(question.substr(0, question.find("Please answer")))) + " Answer this question briefly";
}

/// "A. a cat B. a dog"
std::string options_line(const Sample& sample) {
  std::string options;
  for (const auto& option : sample.options) options += option.letter + ". " + option.text + " ";
  return std::string(python::strip(options));
}

std::string options_text(const Sample& sample) {
  if (sample.options.empty()) return std::string(kShort) + sample.question;
  return "Question: " + sample.question + "\nContext: " + (sample.hint.empty() ? "N/A" : sample.hint) + "\nOptions: " + options_line(sample);
}

std::string bracketed_text(const Sample& sample) {
  const std::string question = python::replace(sample.question, "<image 1>", "");
  if (sample.options.empty()) return std::string(kShort) + question;
  std::string text = "Question: " + question + "\nOptions: ";
  for (const auto& option : sample.options) text += "(" + option.letter + ") " + option.text + "\n";
  return text;
}

std::string box_text(const Sample& sample) {
  const auto phrase = sample.fields.find("phrase");
  return phrase == sample.fields.end() ? sample.question : std::string(kBoxRequest) + phrase->second + "</ref>";
}

std::string body_text(const Sample& sample, Body body) {
  switch (body) {
    case Body::kBrief: return brief_text(sample);
    case Body::kOptions: return options_text(sample);
    case Body::kBareOptions: return "Question: " + sample.question + "\nContext: N/A\n" + options_line(sample);
    case Body::kBracketed: return bracketed_text(sample);
    case Body::kLetter: return choice_text_letter(sample, AskIn::kLanguageOfQuestion);
    case Body::kCaption: return std::string(kCaptionRequest);
    case Body::kBox: return box_text(sample);
    case Body::kQuestion: break;
  }
  return sample.question;
}

Prompt nested_prompt(const Sample& sample, const Form& form) {
  Prompt prompt = attached_prompt(sample, body_text(sample, form.body) + std::string(form.behind));
  auto& parts = prompt.turns.front().parts;
  parts.insert(parts.begin(), Part{std::string(form.before)});
  return prompt;
}

Prompt bare_prompt(const Sample& sample, const Form& form) {
  const std::string system = form.system.empty() ? "" : "[UNUSED_TOKEN_146]system\n" + std::string(form.system);
  Prompt prompt = attached_prompt(sample, system + std::string(form.before) + body_text(sample, form.body) + std::string(form.behind));
  prompt.turns.front().role = Role::kBare;
  return prompt;
}

Prompt turn_prompt(const Sample& sample, const Form& form) {
  Prompt prompt = attached_prompt(sample, std::string(form.before) + body_text(sample, form.body) + std::string(form.behind));
  if (!form.system.empty()) prompt.turns.insert(prompt.turns.begin(), Turn{Role::kSystem, {{std::string(form.system)}}});
  if (form.begins_answer && !sample.options.empty()) prompt.turns.push_back({Role::kAssistant, {{std::string(kAnswerBegins)}}});
  return prompt;
}

Prompt prompt_of(const Sample& sample, const Form& form) {
  if (form.shape == Shape::kNested) return nested_prompt(sample, form);
  return form.shape == Shape::kBare ? bare_prompt(sample, form) : turn_prompt(sample, form);
}

/// VLMEvalKit's wrappers of XComposer2 and 4KHD take one picture, as do XComposer2's scripts.
bool takes_one_picture(std::string_view profile) { return profile.starts_with("xcomposer") || profile == "vlmevalkit-xcomposer2" || profile == kKit4Khd; }

}  // namespace

std::vector<std::string> with_family_profiles(std::vector<std::string> own, std::string_view benchmark) {
  const auto kind = kind_of(benchmark);
  for (const auto& form : kForms) {
    const bool is_new = std::ranges::find(own, form.profile) == own.end();
    if ((form.kinds & kind) != 0 && is_new) own.emplace_back(form.profile);
  }
  return own;
}

std::optional<Question> ask_by_family(std::string_view benchmark, const Sample& sample, std::string_view profile) {
  const Form* form = find_form(benchmark, profile);
  if (form == nullptr) return std::nullopt;
  Sample asked = sample;
  if (takes_one_picture(profile) && asked.images.size() > 1) asked.images.resize(1);
  Question question;
  question.prompt = prompt_of(asked, *form);
  if (form->is_squared) square_pictures(question.prompt);
  question.decoding.max_new_tokens = form->max_new_tokens;
  question.decoding.beams = form->beams;
  if (profile == kKit4Khd) question.max_tiles = tiles_of_4khd(benchmark);
  return question;
}

}  // namespace assay
