#include "model/tokenizer/decode_steps.h"

#include <optional>

#include "harness/base/utf8.h"
#include "model/tokenizer/byte_letters.h"
#include "model/tokenizer/byte_token.h"
#include "model/tokenizer/stream_filters.h"

namespace assay {
namespace {

constexpr std::string_view kReplacementLetter = "\xEF\xBF\xBD";

/// Removes up to `most` of `letter` from the front; gives how many.
std::size_t strip_front(std::string& token, std::string_view letter, std::size_t most) {
  std::size_t count = 0;
  while (count < most && std::string_view(token).substr(count * letter.size()).starts_with(letter)) ++count;
  token.erase(0, count * letter.size());
  return count;
}

class ByteLevelStep : public DecodeStep {
 public:
  void push(std::string token, std::vector<std::string>& next) override {
    std::string text;
    letters_.push(bytes_of_letters(token).value_or(token), text);
    next.push_back(std::move(text));
  }
  void finish(std::vector<std::string>& next) override { letters_.finish(next.emplace_back()); }

 private:
  Utf8Letters letters_;
};

class ByteFallbackStep : public DecodeStep {
 public:
  void push(std::string token, std::vector<std::string>& next) override {
    if (const auto byte = byte_of_token(token)) {
      run_ += *byte;
    } else {
      finish(next);
      next.push_back(std::move(token));
    }
  }
  void finish(std::vector<std::string>& next) override {
    if (run_.empty()) return;
    if (replace_invalid_utf8(run_) == run_) next.push_back(run_);
    else next.insert(next.end(), run_.size(), std::string(kReplacementLetter));
    run_.clear();
  }

 private:
  std::string run_;
};

class ReplaceStep : public DecodeStep {
 public:
  ReplaceStep(const TextPattern& pattern, const std::string& content) : pattern_(pattern), content_(content) {}
  void push(std::string token, std::vector<std::string>& next) override { next.push_back(replace_all(token, pattern_, content_)); }

 private:
  TextPattern pattern_;
  std::string content_;
};

class StripStep : public DecodeStep {
 public:
  StripStep(std::string letter, std::size_t start, std::size_t stop) : letter_(std::move(letter)), start_(start), stop_(stop) {}
  void push(std::string token, std::vector<std::string>& next) override {
    strip_front(token, letter_, start_);
    for (std::size_t i = 0; i < stop_ && token.ends_with(letter_); ++i) token.resize(token.size() - letter_.size());
    next.push_back(std::move(token));
  }

 private:
  std::string letter_;
  std::size_t start_, stop_;
};

class StripStartOfAllStep : public DecodeStep {
 public:
  StripStartOfAllStep(std::string letter, std::size_t most) : letter_(std::move(letter)), most_(most) {}
  void push(std::string token, std::vector<std::string>& next) override {
    most_ -= strip_front(token, letter_, most_);
    if (!token.empty()) most_ = 0;
    next.push_back(std::move(token));
  }

 private:
  std::string letter_;
  std::size_t most_;
};

class MetaspaceStep : public DecodeStep {
 public:
  MetaspaceStep(std::string replacement, bool drops_first) : replacement_(std::move(replacement)), drops_(drops_first) {}
  void push(std::string token, std::vector<std::string>& next) override {
    next.push_back(replace_all(token, replacement_, drops_ ? "" : " "));
    drops_ = false;  // only the first token's
  }

 private:
  TextPattern replacement_;
  bool drops_;
};

class FuseStep : public DecodeStep {
 public:
  void push(std::string token, std::vector<std::string>&) override { all_ += token; }
  void finish(std::vector<std::string>& next) override { next.push_back(std::move(all_)); }

 private:
  std::string all_;
};

class JoinStep : public DecodeStep {
 public:
  void push(std::string token, std::vector<std::string>& next) override {
    if (!is_first_) next.emplace_back(" ");
    is_first_ = false;
    next.push_back(std::move(token));
  }

 private:
  bool is_first_ = true;
};

template <typename Step, typename... Args>
MakeDecodeStep maker(Args... args) {
  return [args...] { return std::make_unique<Step>(args...); };
}

}  // namespace

MakeDecodeStep decode_byte_level() { return maker<ByteLevelStep>(); }
MakeDecodeStep decode_byte_fallback() { return maker<ByteFallbackStep>(); }
MakeDecodeStep decode_replace(TextPattern pattern, std::string content) { return maker<ReplaceStep>(pattern, content); }
MakeDecodeStep decode_strip(std::string letter, std::size_t start, std::size_t stop) { return maker<StripStep>(letter, start, stop); }
MakeDecodeStep decode_metaspace(std::string replacement, bool drops_first) { return maker<MetaspaceStep>(replacement, drops_first); }
MakeDecodeStep decode_fuse() { return maker<FuseStep>(); }
MakeDecodeStep decode_strip_start_of_all(std::string letter, std::size_t start) { return maker<StripStartOfAllStep>(letter, start); }
MakeDecodeStep decode_join_with_spaces() { return maker<JoinStep>(); }

}  // namespace assay
