#pragma once
#include <string_view>

/// The pages' own style and script, taken in by CMake from page.css and page.js, with their SHA-256 in hexadecimal.
namespace assay::html {

struct Asset {
  std::string_view content;
  std::string_view sha256;
};
extern const Asset kStyle;
extern const Asset kScript;

}  // namespace assay::html
