#pragma once
#include <string>
#include <string_view>

/// Text from models and data sets, made harmless for where it is written. It may hold anything: markup, terminal codes, broken
/// UTF-8. Every function gives valid UTF-8.
namespace assay {

/// The first `letters` code points, with an ellipsis for what is left out; broken UTF-8 replaced.
[[nodiscard]] std::string shortened(std::string_view text, std::size_t letters);

/// For a line on a terminal: control characters, line ends and marks that turn the direction of text are written as "\n", "\u{1b}".
/// A text that begins as a workflow command of GitHub Actions does ("::") no longer does.
[[nodiscard]] std::string console_escaped(std::string_view text);

/// For XML 1.0 and HTML, as text and in quoted attributes. What XML forbids becomes U+FFFD; line ends and tabs survive as
/// references.
[[nodiscard]] std::string markup_escaped(std::string_view text);

/// For a Markdown table or line: what Markdown, HTML or GitHub's additions to it (math, mentions) read as more than text.
[[nodiscard]] std::string markdown_escaped(std::string_view text);

/// For LaTeX's running text.
[[nodiscard]] std::string latex_escaped(std::string_view text);

/// A text cell of a CSV file (RFC 4180), quoted where need be. One that a spreadsheet would take for a formula begins with an
/// apostrophe.
[[nodiscard]] std::string csv_cell(std::string_view text);

/// For a label's value in OpenMetrics, between its quotes, and for help texts.
[[nodiscard]] std::string openmetrics_escaped(std::string_view text);

/// For a workflow command of GitHub Actions: the message, and a property's value.
[[nodiscard]] std::string github_message_escaped(std::string_view text);
[[nodiscard]] std::string github_property_escaped(std::string_view text);

/// JSON that may stand inside an HTML script element: no "<", so that no markup can begin or end there, nor U+2028 and U+2029.
[[nodiscard]] std::string json_for_html(std::string_view json);

}  // namespace assay
