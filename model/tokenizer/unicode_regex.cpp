#include "model/tokenizer/unicode_regex.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include <cstdint>
#include <optional>

#include "harness/base/error.h"

namespace assay {
namespace {

// Unicode's White_Space (PropList.txt). PCRE2's own \s has U+180E besides.
constexpr std::string_view kSpaces = R"(\t-\r\x20\x{85}\x{A0}\x{1680}\x{2000}-\x{200A}\x{2028}\x{2029}\x{202F}\x{205F}\x{3000})";
constexpr std::string_view kNoSpaces =
    R"(\x00-\x08\x0E-\x1F\x21-\x{84}\x{86}-\x{9F}\x{A1}-\x{167F}\x{1681}-\x{1FFF}\x{200B}-\x{2027}\x{202A}-\x{202E})"
    R"(\x{2030}-\x{205E}\x{2060}-\x{2FFF}\x{3001}-\x{10FFFF})";
constexpr std::string_view kWords = R"(\p{Alphabetic}\p{M}\p{Nd}\p{Pc})";
constexpr std::string_view kHexDigits = "0-9A-Fa-f";

/// What stands for `\letter` inside a class; nothing when PCRE2 means the same by it.
std::optional<std::string_view> class_body(char letter) {
  switch (letter) {
    case 's': return kSpaces;
    case 'S': return kNoSpaces;
    case 'w': return kWords;
    case 'h': return kHexDigits;
    default: return std::nullopt;
  }
}

[[noreturn]] void refuse(std::string_view pattern, std::size_t at, std::string_view why) {
  throw ModelError(fmt::format("pattern \"{}\", byte {}: {}", pattern, at, why));
}

/// Rewrites an Oniguruma pattern piece by piece.
class Translation {
 public:
  explicit Translation(std::string_view pattern) : pattern_(pattern) {}

  std::string run() {
    while (at_ < pattern_.size()) {
      if (pattern_[at_] == '\\') escape(false);
      else if (pattern_[at_] == '[') bracket();
      else out_ += pattern_[at_++];
    }
    return std::move(out_);
  }

 private:
  void escape(bool in_class) {
    if (at_ + 1 >= pattern_.size()) refuse(pattern_, at_, "ends in a backslash");
    const char letter = pattern_[at_ + 1];
    if (letter == 'u' && at_ + 6 <= pattern_.size()) {
      out_ += fmt::format("\\x{{{}}}", pattern_.substr(at_ + 2, 4));
      at_ += 6;
      return;
    }
    if (in_class && (letter == 'W' || letter == 'H')) refuse(pattern_, at_, "\\W and \\H inside [...] are not supported");
    if (const auto body = class_body(letter)) {
      out_ += in_class ? std::string(*body) : fmt::format("[{}]", *body);
    } else if (letter == 'W') {
      out_ += fmt::format("[^{}]", kWords);
    } else if (letter == 'H') {
      out_ += fmt::format("[^{}]", kHexDigits);
    } else {
      out_ += pattern_.substr(at_, 2);
    }
    at_ += 2;
  }

  void bracket() {
    const std::size_t begin = at_;
    out_ += pattern_[at_++];
    if (at_ < pattern_.size() && pattern_[at_] == '^') out_ += pattern_[at_++];
    for (bool is_first = true; at_ < pattern_.size(); is_first = false) {
      const std::string_view rest = pattern_.substr(at_);
      if (rest[0] == ']' && !is_first) {
        out_ += pattern_[at_++];
        return;
      }
      if (rest.starts_with("&&")) refuse(pattern_, at_, "class intersections (&&) are not supported");
      if (rest.starts_with("[:")) posix_class();
      else if (rest[0] == '[') refuse(pattern_, at_, "classes inside classes are not supported");
      else if (rest[0] == '\\') escape(true);
      else out_ += pattern_[at_++];
    }
    refuse(pattern_, begin, "[ without ]");
  }

  void posix_class() {
    const auto end = pattern_.find(":]", at_);
    if (end == std::string_view::npos) refuse(pattern_, at_, "[: without :]");
    out_ += pattern_.substr(at_, end + 2 - at_);
    at_ = end + 2;
  }

  std::string_view pattern_;
  std::size_t at_ = 0;
  std::string out_;
};

std::string pcre2_message(int code) {
  PCRE2_UCHAR buffer[256];
  pcre2_get_error_message(code, buffer, sizeof buffer);
  return reinterpret_cast<const char*>(buffer);
}

struct FreeMatchData {
  void operator()(pcre2_match_data* data) const { pcre2_match_data_free(data); }
};
struct FreeMatchContext {
  void operator()(pcre2_match_context* context) const { pcre2_match_context_free(context); }
};

}  // namespace

std::string pcre2_pattern(std::string_view oniguruma) { return Translation(oniguruma).run(); }

struct UnicodeRegex::Code {
  explicit Code(pcre2_code* c) : code(c) {}
  ~Code() { pcre2_code_free(code); }
  Code(const Code&) = delete;
  Code& operator=(const Code&) = delete;
  pcre2_code* code;
};

UnicodeRegex::UnicodeRegex(std::string_view pattern) {
  const std::string translated = pcre2_pattern(pattern);
  const std::unique_ptr<pcre2_compile_context, decltype(&pcre2_compile_context_free)> context(pcre2_compile_context_create(nullptr),
                                                                                            &pcre2_compile_context_free);
  pcre2_set_newline(context.get(), PCRE2_NEWLINE_LF);
  int error = 0;
  PCRE2_SIZE where = 0;
  // In Ruby's syntax, Oniguruma's default, ^ and $ match at every line.
  pcre2_code* code = pcre2_compile(reinterpret_cast<PCRE2_SPTR>(translated.data()), translated.size(),
                                   PCRE2_UTF | PCRE2_UCP | PCRE2_MULTILINE, &error, &where, context.get());
  if (code == nullptr) throw ModelError(fmt::format("pattern \"{}\": {} (byte {} of \"{}\")", pattern, pcre2_message(error), where, translated));
  code_ = std::make_shared<const Code>(code);
  pcre2_jit_compile(code, PCRE2_JIT_COMPLETE);  // where this machine has no JIT, matching is slower and the same
}

std::vector<UnicodeRegex::Range> UnicodeRegex::matches(std::string_view text) const {
  std::vector<Range> found;
  const std::unique_ptr<pcre2_match_data, FreeMatchData> data(pcre2_match_data_create_from_pattern(code_->code, nullptr));
  const std::unique_ptr<pcre2_match_context, FreeMatchContext> context(pcre2_match_context_create(nullptr));
  pcre2_set_match_limit(context.get(), UINT32_MAX);  // a run of a million spaces is legal
  pcre2_set_heap_limit(context.get(), 1U << 20);     // KiB
  const auto match_at = [&](std::size_t begin, std::uint32_t options) {
    return pcre2_match(code_->code, reinterpret_cast<PCRE2_SPTR>(text.data()), text.size(), begin, options | PCRE2_NO_UTF_CHECK,
                       data.get(), context.get());
  };
  for (std::size_t begin = 0; begin <= text.size();) {
    int rc = match_at(begin, 0);
    if (rc == PCRE2_ERROR_JIT_STACKLIMIT) rc = match_at(begin, PCRE2_NO_JIT);
    if (rc == PCRE2_ERROR_NOMATCH) break;
    if (rc < 0) throw ModelError(fmt::format("splitting {} bytes of text: {}", text.size(), pcre2_message(rc)));
    const PCRE2_SIZE* ends = pcre2_get_ovector_pointer(data.get());
    found.emplace_back(ends[0], ends[1]);
    begin = ends[1];
    if (ends[0] == ends[1]) {  // an empty match: go on after the next letter
      do ++begin;
      while (begin < text.size() && (static_cast<std::uint8_t>(text[begin]) & 0xC0) == 0x80);
    }
  }
  return found;
}

}  // namespace assay
