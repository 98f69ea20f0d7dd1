#include "model/llava/prompt.h"

#include <fmt/format.h>

#include <algorithm>

#include "harness/base/error.h"
#include "model/family_parts.h"
#include "model/llava/chat_template.h"

namespace assay {
namespace {

constexpr std::string_view kImage = "<image>";

void add_ids(const std::vector<std::int64_t>& ids, RenderedPrompt& out) { out.token_ids.insert(out.token_ids.end(), ids.begin(), ids.end()); }

void add_slot(const LlavaDraft& draft, std::size_t place, std::span<const ImageView> images, std::int64_t stand_in, RenderedPrompt& out) {
  const auto index = draft.images[place];
  const auto count = images[index].token_count;
  out.slots.push_back({static_cast<std::int64_t>(out.token_ids.size()), count, index, 0});
  out.token_ids.insert(out.token_ids.end(), static_cast<std::size_t>(count), stand_in);
}

}  // namespace

LlavaPrompter::LlavaPrompter(const LlavaConfig& config, const Tokenizer& tokenizer) : config_(config), tokenizer_(tokenizer), end_ids_(config.end_ids) {
  const auto& chat = find_llava_template(config.chat_template);
  const auto stop = tokenizer.id_of(chat.stop);
  if (stop && std::find(end_ids_.begin(), end_ids_.end(), *stop) == end_ids_.end()) end_ids_.push_back(*stop);
  if (!stop) end_text_ = chat.stop;
  if (end_ids_.empty() && end_text_.empty()) throw ModelError("no token ends a reply: no config names an eos_token_id");
  for (const char* mark : {"<im_start>", "<im_end>"})
    if (config.marks_images && !tokenizer.id_of(mark))
      throw ModelError(fmt::format("the tokenizer has no token \"{}\", which \"mm_use_im_start_end\" asks for; are its added tokens missing?", mark));
  if (config.layout == LlavaConfig::Layout::kNative && tokenizer.id_of(kImage) != config.image_id)
    throw ModelError(fmt::format("config.json says that \"<image>\" is token {}, the tokenizer does not", config.image_id));
}

Result<RenderedPrompt> LlavaPrompter::render(const Prompt& prompt, std::span<const ImageView> images) const {
  if (auto refused = refuse_bare_turns(prompt, "LLaVA")) return std::move(*refused);
  auto draft = write_llava_conversation(prompt, find_llava_template(config_.chat_template), config_.system_text, config_.marks_images);
  const bool is_native = config_.layout == LlavaConfig::Layout::kNative;
  RenderedPrompt rendered;
  rendered.token_ids = tokenizer_.prefix_ids();
  std::string whole;
  for (std::size_t i = 0; i < draft.texts.size(); ++i) {
    if (i > 0 && draft.images[i - 1] != LlavaDraft::kSeam) {
      whole += kImage;
      rendered.text += fmt::format("{}*{}", kImage, images[draft.images[i - 1]].token_count);
      if (!is_native) add_slot(draft, i - 1, images, 0, rendered);
    }
    whole += draft.texts[i];
    rendered.text += draft.texts[i];
    if (!is_native) add_ids(tokenizer_.encode(draft.texts[i]), rendered);
  }
  if (!is_native) return rendered;
  std::erase(draft.images, LlavaDraft::kSeam);
  std::size_t next = 0;
  for (const auto id : tokenizer_.encode(whole)) {
    if (id != config_.image_id) rendered.token_ids.push_back(id);
    else if (next < draft.images.size()) add_slot(draft, next++, images, id, rendered);
    else ++next;
  }
  if (next != draft.images.size())
    return SampleFailure{"", "preprocess", fmt::format("the prompt has {} picture places for {} pictures; does a text contain \"{}\"?", next,
                                                       draft.images.size(), kImage)};
  return rendered;
}

}  // namespace assay
