#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "harness/base/error.h"
#include "harness/cli/command_line.h"
#include "harness/cli/verbs.h"

namespace assay {
namespace {

constexpr std::array kVerbs = {
    Verb{"tokens", "text on stdin to a JSON array of token ids, or back with --decode", inspect_tokens},
    Verb{"pixels", "the float32 tensor that the encoder would see of a picture", inspect_pixels},
    Verb{"prompt", "the exact prompt of a sample: text, ids, pictures, tiles, what is shared", inspect_prompt},
    Verb{"weights", "a checkpoint's family, dims, dtype, and what is missing or surplus", inspect_weights},
    Verb{"logits", "the logits of the token after a prompt", inspect_logits},
};

std::string help_text() {
  return "Lets you check us, and yourself.\n\nUsage: assay inspect WHAT [options]\n\n" + text_of(kVerbs) +
         "\nExamples:\n"
         "  printf 'a chart' | assay inspect tokens --model M\n"
         "  echo '[64, 9671]' | assay inspect tokens --model M --decode\n"
         "  assay inspect pixels --model M --image chart.png --out pixels.npy --tiles tiles/\n"
         "  assay inspect prompt --model M --bench chartqa_test --data-dir data --sample 17\n"
         "  assay inspect weights M\n"
         "  assay inspect logits --model M --image chart.png --prompt 'What is shown?' --out logits.npy\n";
}

}  // namespace

std::span<const Verb> inspect_verbs() { return kVerbs; }

int inspect_verb(const Program& program, Arguments arguments) {
  if (arguments.empty()) throw ConfigError("assay inspect: say what: tokens, pixels, prompt, weights or logits");
  if (arguments.front() == "--help" || arguments.front() == "-h") {
    print_out(help_text());
    return 0;
  }
  return dispatch(kVerbs, "inspect ", program, std::move(arguments));
}

}  // namespace assay
