#pragma once
#include <map>
#include <string>
#include <string_view>
#include <vector>

/// A strict reader of XML 1.0 without DTDs, namespaces and processing instructions, for checking what the reports write.
namespace assay::testing {

struct XmlElement {
  std::string name;
  std::map<std::string, std::string> attributes;
  std::vector<XmlElement> children;
  std::string text;  ///< of this element alone, references resolved

  /// Every element below with that name, in document order.
  [[nodiscard]] std::vector<const XmlElement*> all(std::string_view wanted) const;
};

struct XmlDocument {
  XmlElement root;
  std::string complaint;  ///< empty: the text is well-formed
};

[[nodiscard]] XmlDocument read_xml(std::string_view text);

}  // namespace assay::testing
