#include "reports/html/page.h"

#include <fmt/format.h>

#include "harness/base/base64.h"
#include "reports/escaping.h"
#include "reports/html/assets.h"

namespace assay::html {
namespace {

constexpr std::size_t kTitleLetters = 160, kTextLetters = 1000;

std::string policy_source(const Asset& asset) { return fmt::format("'sha256-{}'", base64(from_hexadecimal(asset.sha256))); }

std::string head_element(std::string_view title, bool has_parts) {
  return fmt::format(
      "<head>\n<meta charset=\"utf-8\"/>\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; img-src data:; style-src {}; script-src {}{}; "
      "base-uri 'none'; "
      "form-action 'none'\"/>\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n<meta name=\"referrer\" "
      "content=\"no-referrer\"/>\n"
      "<title>{}</title>\n<style>{}</style>\n</head>\n",
      policy_source(kStyle), policy_source(kScript), has_parts ? " 'strict-dynamic'" : "", markup_escaped(shortened(title, kTitleLetters)), kStyle.content);
}

}  // namespace

std::string page(std::string_view title, std::string_view head, const std::vector<Section>& sections,
                 const SampleData& samples) {
  std::string text = fmt::format("<!DOCTYPE html>\n<html lang=\"en\">\n{}<body>\n<main>\n<h1>{}</h1>\n{}", head_element(title, samples.has_parts),
                                 markup_escaped(shortened(title, kTitleLetters)), head);
  text += "<nav aria-label=\"Contents\">\n";
  for (const auto& section : sections)
    if (!section.content.empty())
      text += fmt::format("<a href=\"#{}\">{}</a>\n", section.id, markup_escaped(shortened(section.title, kTitleLetters)));
  text += "</nav>\n";
  for (const auto& section : sections)
    if (!section.content.empty())
      text += fmt::format("<section aria-labelledby=\"{0}\">\n<h2 id=\"{0}\">{1}</h2>\n{2}</section>\n", section.id,
                          markup_escaped(shortened(section.title, kTitleLetters)), section.content);
  text += "</main>\n";
  if (!samples.json.empty()) text += fmt::format("<script type=\"application/json\" id=\"sample-data\">{}</script>\n", samples.json);
  return text + fmt::format("<script>{}</script>\n</body>\n</html>\n", kScript.content);
}

std::string element(std::string_view tag, std::string_view css_class, std::string_view text) {
  const std::string attribute = css_class.empty() ? "" : fmt::format(" class=\"{}\"", css_class);
  return fmt::format("<{}{}>{}</{}>", tag, attribute, markup_escaped(shortened(text, kTextLetters)), tag);
}

std::string paragraph(std::string_view text) { return element("p", "", text) + "\n"; }

std::string bullets(const std::vector<std::string>& texts) {
  if (texts.empty()) return "";
  std::string list = "<ul>\n";
  for (const auto& text : texts) list += fmt::format("<li><bdi>{}</bdi></li>\n", markup_escaped(shortened(text, kTextLetters)));
  return list + "</ul>\n";
}

std::string folded(std::string_view title, std::string_view content) {
  return fmt::format("<details class=\"more\">\n<summary>{}</summary>\n{}</details>\n",
                     markup_escaped(shortened(title, kTitleLetters)), content);
}

}  // namespace assay::html
