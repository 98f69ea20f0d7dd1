#include "model/tokenizer/vocabulary.h"

#include "harness/base/error.h"

namespace assay {

void Vocabulary::add(std::string_view token, std::int64_t id) {
  if (id < 0 || id > kLargestId) {
    throw ModelError(fmt::format("token \"{}\" has id {}; ids must be in [0, {}]", token, id, kLargestId));
  }
  const auto place = static_cast<std::size_t>(id);
  if (place >= tokens_.size()) tokens_.resize(place + 1, nullptr);
  if (tokens_[place] != nullptr && *tokens_[place] != token) {
    throw ModelError(fmt::format("tokens \"{}\" and \"{}\" both have id {}", *tokens_[place], token, id));
  }
  const auto [entry, is_new] = ids_.emplace(token, static_cast<std::int32_t>(id));
  if (!is_new && entry->second != id) throw ModelError(fmt::format("token \"{}\" has two ids, {} and {}", token, entry->second, id));
  tokens_[place] = &entry->first;
}

}  // namespace assay
