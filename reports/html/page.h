#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace assay::html {

/// What the page's script shows as a list (page.js says how a sample is laid out).
struct SampleData {
  std::string json;                ///< safe inside a script element; empty for no samples
  std::vector<std::string> notes;  ///< what had to be left out
  bool has_parts = false;          ///< texts and pictures lie in scripts beside the page
};

/// A part of a page with a heading and a place in its list of contents. One without content is left out.
struct Section {
  std::string id;       ///< of ours: a word
  std::string title;    ///< plain text
  std::string content;  ///< markup
};

/// The whole file. `head` is markup under the title.
///
/// The content security policy allows this page's own style and script by their digests, pictures inside the page, and nothing
/// else. Where the samples have parts, what that script loads may run too: a page opened from a disk may read files beside it only
/// as scripts, and their digests could not be checked there.
[[nodiscard]] std::string page(std::string_view title, std::string_view head, const std::vector<Section>& sections,
                               const SampleData& samples);

/// `<tag class="css_class">text</tag>`, the text escaped, and cut after 1,000 letters.
[[nodiscard]] std::string element(std::string_view tag, std::string_view css_class, std::string_view text);

/// `<p>text</p>`
[[nodiscard]] std::string paragraph(std::string_view text);

/// A list of plain texts, each cut after 1,000 letters.
[[nodiscard]] std::string bullets(const std::vector<std::string>& texts);

/// Markup that a click opens.
[[nodiscard]] std::string folded(std::string_view title, std::string_view content);

}  // namespace assay::html
