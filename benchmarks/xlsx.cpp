#include "benchmarks/xlsx.h"

#include <fmt/format.h>
#include <zip.h>

#include <ctime>
#include <new>

#include "harness/base/error.h"
#include "metrics/python_text.h"

namespace assay {
namespace {

constexpr std::size_t kLongestCell = 32767;

constexpr const char* kContentTypes =
    R"(<?xml version="1.0" encoding="UTF-8"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">)"
    R"(<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>)"
    R"(<Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>)"
    R"(<Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/>)"
    R"(</Types>)";
constexpr const char* kRelations =
    R"(<?xml version="1.0" encoding="UTF-8"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">)"
    R"(<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/>)"
    R"(</Relationships>)";
constexpr const char* kWorkbook =
    R"(<?xml version="1.0" encoding="UTF-8"?><workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" )"
    R"(xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="Sheet1" sheetId="1" r:id="rId1"/>)"
    R"(</sheets></workbook>)";
constexpr const char* kWorkbookRelations =
    R"(<?xml version="1.0" encoding="UTF-8"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">)"
    R"(<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/>)"
    R"(</Relationships>)";

bool may_stand_in_xml(char32_t letter) {
  return letter >= 0x20 ? letter != 0xFFFE && letter != 0xFFFF : letter == '\t' || letter == '\n' || letter == '\r';
}

std::string escaped(std::string_view text) {
  std::u32string kept;
  for (const char32_t letter : python::decode(text)) {
    if (may_stand_in_xml(letter) && kept.size() < kLongestCell) kept += letter;
  }
  std::string out;
  for (const char c : python::encode(kept)) {
    if (c == '&') out += "&amp;";
    else if (c == '<') out += "&lt;";
    else if (c == '>') out += "&gt;";
    else if (c == '\r') out += "&#13;";
    else out += c;
  }
  return out;
}

std::string sheet_xml(const std::vector<std::vector<XlsxCell>>& rows) {
  std::string xml =
      R"(<?xml version="1.0" encoding="UTF-8"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>)";
  for (const auto& row : rows) {
    xml += "<row>";
    for (const auto& cell : row) {
      if (const auto* text = std::get_if<std::string>(&cell)) {
        xml += fmt::format(R"(<c t="inlineStr"><is><t xml:space="preserve">{}</t></is></c>)", escaped(*text));
      } else if (const auto* number = std::get_if<std::int64_t>(&cell)) {
        xml += fmt::format("<c><v>{}</v></c>", *number);
      } else {
        xml += "<c/>";
      }
    }
    xml += "</row>";
  }
  return xml + "</sheetData></worksheet>";
}

/// A ZIP archive that grows in memory.
class MemoryZip {
 public:
  MemoryZip() : source_(zip_source_buffer_create(nullptr, 0, 0, nullptr)) {
    if (source_ == nullptr) throw std::bad_alloc();
    zip_source_keep(source_);
    archive_ = zip_open_from_source(source_, ZIP_CREATE | ZIP_TRUNCATE, nullptr);
    if (archive_ == nullptr) fail("open");
  }
  ~MemoryZip() {
    if (archive_ != nullptr) zip_discard(archive_);
    zip_source_free(source_);
  }
  MemoryZip(const MemoryZip&) = delete;
  MemoryZip& operator=(const MemoryZip&) = delete;

  /// `content` must live until finish().
  void add(const char* name, std::string_view content) {
    zip_source_t* part = zip_source_buffer(archive_, content.data(), content.size(), 0);
    const zip_int64_t index = part == nullptr ? -1 : zip_file_add(archive_, name, part, ZIP_FL_ENC_UTF_8);
    if (index < 0) fail("add");
    constexpr std::time_t kStart1980 = 315619200;  // noon of 1 January 1980, inside ZIP's range in every time zone; equal rows, equal bytes
    if (zip_file_set_mtime(archive_, static_cast<zip_uint64_t>(index), kStart1980, 0) != 0) fail("date");
  }

  std::string finish() {
    if (zip_close(archive_) != 0) fail("write");
    archive_ = nullptr;
    zip_stat_t info;
    zip_stat_init(&info);
    if (zip_source_stat(source_, &info) != 0 || zip_source_open(source_) != 0) fail("read");
    std::string bytes(info.size, '\0');
    const auto got = zip_source_read(source_, bytes.data(), bytes.size());
    zip_source_close(source_);
    if (got != static_cast<zip_int64_t>(bytes.size())) fail("read");
    return bytes;
  }

 private:
  [[noreturn]] static void fail(const char* verb) { throw InternalError(fmt::format("xlsx: cannot {} the archive in memory", verb)); }

  zip_source_t* source_ = nullptr;
  zip_t* archive_ = nullptr;
};

}  // namespace

std::string xlsx_file(const std::vector<std::vector<XlsxCell>>& rows) {
  const std::string sheet = sheet_xml(rows);
  MemoryZip zip;
  zip.add("[Content_Types].xml", kContentTypes);
  zip.add("_rels/.rels", kRelations);
  zip.add("xl/workbook.xml", kWorkbook);
  zip.add("xl/_rels/workbook.xml.rels", kWorkbookRelations);
  zip.add("xl/worksheets/sheet1.xml", sheet);
  return zip.finish();
}

}  // namespace assay
