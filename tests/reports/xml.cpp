#include "tests/reports/xml.h"

#include <fmt/format.h>

#include <cstdint>
#include <stdexcept>

#include "harness/base/utf8.h"

namespace assay::testing {
namespace {

class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  XmlElement document() {
    skip("<?xml version=\"1.0\" encoding=\"UTF-8\"?>");
    white_space();
    XmlElement root = element();
    white_space();
    require(place_ == text_.size(), "text after the root");
    return root;
  }

 private:
  void require(bool is_so, std::string_view complaint) const {
    if (!is_so) throw std::runtime_error(fmt::format("at byte {}: {}: ...{}", place_, complaint, text_.substr(place_, 60)));
  }
  [[nodiscard]] char now() const { return place_ < text_.size() ? text_[place_] : '\0'; }
  bool skip(std::string_view expected) {
    if (!text_.substr(place_).starts_with(expected)) return false;
    place_ += expected.size();
    return true;
  }
  bool white_space() {
    const auto begin = place_;
    while (now() == ' ' || now() == '\t' || now() == '\n' || now() == '\r') ++place_;
    return place_ > begin;
  }
  std::string name() {
    const auto begin = place_;
    const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == ':'; };
    require(is_letter(now()), "a name was expected");
    while (is_letter(now()) || (now() >= '0' && now() <= '9') || now() == '-' || now() == '.') ++place_;
    return std::string(text_.substr(begin, place_ - begin));
  }
  /// Text up to `end`, where only the five named references and numbers may follow an ampersand.
  std::string characters(char end) {
    std::string out;
    while (place_ < text_.size() && now() != end) {
      require(now() != '<', "< in an attribute");
      require(!text_.substr(place_).starts_with("]]>"), "]]> in text");
      require(static_cast<unsigned char>(now()) >= 0x20 || now() == '\t' || now() == '\n' || now() == '\r', "a control character");
      if (now() == '&')
        out += reference();
      else
        out += text_[place_++];
    }
    return out;
  }
  std::string reference() {
    for (const auto& [text, letter] : {std::pair{"&amp;", "&"}, {"&lt;", "<"}, {"&gt;", ">"}, {"&quot;", "\""}, {"&apos;", "'"}})
      if (skip(text)) return letter;
    require(skip("&#"), "an unknown reference");
    int code = 0;
    while (now() >= '0' && now() <= '9') code = 10 * code + (text_[place_++] - '0');
    require(skip(";"), "a reference without end");
    require(code == 9 || code == 10 || code == 13 || (code >= 0x20 && code < 0x80), "a reference to a forbidden letter");
    return {static_cast<char>(code)};
  }
  XmlElement element() {
    require(skip("<"), "an element was expected");
    XmlElement found;
    found.name = name();
    while (white_space() && now() != '/' && now() != '>') {
      const std::string key = name();
      require(skip("=\""), "an attribute's value was expected");
      require(found.attributes.emplace(key, characters('"')).second, "an attribute given twice");
      require(skip("\""), "an attribute without end");
    }
    if (skip("/>")) return found;
    require(skip(">"), "a tag without end");
    while (true) {
      found.text += characters('<');
      if (skip("</")) break;
      require(place_ < text_.size(), "an element without end");
      found.children.push_back(element());
    }
    require(name() == found.name, "an end tag of another element");
    white_space();
    require(skip(">"), "an end tag without end");
    return found;
  }

  std::string_view text_;
  std::size_t place_ = 0;
};

bool has_forbidden_letters(std::string_view text) {
  return text.find("\xEF\xBF\xBE") != text.npos || text.find("\xEF\xBF\xBF") != text.npos;
}

void collect(const XmlElement& element, std::string_view wanted, std::vector<const XmlElement*>& found) {
  for (const auto& child : element.children) {
    if (child.name == wanted) found.push_back(&child);
    collect(child, wanted, found);
  }
}

}  // namespace

std::vector<const XmlElement*> XmlElement::all(std::string_view wanted) const {
  std::vector<const XmlElement*> found;
  collect(*this, wanted, found);
  return found;
}

XmlDocument read_xml(std::string_view text) {
  if (replace_invalid_utf8(text) != text) return {{}, "not UTF-8"};
  if (has_forbidden_letters(text)) return {{}, "U+FFFE or U+FFFF"};
  try {
    return {Reader(text).document(), ""};
  } catch (const std::runtime_error& error) {
    return {{}, error.what()};
  }
}

}  // namespace assay::testing
