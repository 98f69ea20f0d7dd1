#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace assay::html {

/// A part of a page with a heading and a place in its list of contents. One without content is left out.
struct Section {
  std::string id;       ///< of ours: a word
  std::string title;    ///< plain text
  std::string content;  ///< markup
};

/// The whole file. `head` is markup under the title; `sample_data` is JSON, already safe inside a script element, or empty.
///
/// The content security policy allows this page's own style and script by their digests, pictures inside the page, and nothing
/// else.
[[nodiscard]] std::string page(std::string_view title, std::string_view head, const std::vector<Section>& sections,
                               std::string_view sample_data);

/// `<tag class="css_class">text</tag>`, the text escaped, and cut after 1,000 letters.
[[nodiscard]] std::string element(std::string_view tag, std::string_view css_class, std::string_view text);

/// `<p>text</p>`
[[nodiscard]] std::string paragraph(std::string_view text);

/// A list of plain texts, each cut after 1,000 letters.
[[nodiscard]] std::string bullets(const std::vector<std::string>& texts);

/// Markup that a click opens.
[[nodiscard]] std::string folded(std::string_view title, std::string_view content);

}  // namespace assay::html
