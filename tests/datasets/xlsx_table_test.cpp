#include "datasets/xlsx_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/base/error.h"
#include "harness/base/file.h"
#include "tests/temporary_folder.h"
#include "tests/zip_file.h"

namespace assay {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;
using testing::TemporaryFolder;

constexpr const char* kRelations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";

/// What a workbook is made of; a test changes what it is about.
struct Workbook {
  std::string rows;
  std::string shared = "";
  std::string sheets = R"(<sheet name="Sheet1" sheetId="1" r:id="rId1"/><sheet name="Other" sheetId="2" r:id="rId2"/>)";
  std::string sheet_target = "worksheets/sheet1.xml";
  std::string before_sheet = "";  ///< in front of the sheet's root

  [[nodiscard]] std::filesystem::path write(const TemporaryFolder& folder) const {
    const std::string main = "xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"";
    const auto relation = [](const std::string& id, const std::string& type, const std::string& target) {
      return "<Relationship Id=\"" + id + "\" Type=\"" + kRelations + "/" + type + "\" Target=\"" + target + "\"/>";
    };
    const std::string head = "<?xml version=\"1.0\"?><Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">";
    return testing::write_zip(
        folder / "p.xlsx",
        {{"_rels/.rels", head + relation("rId1", "officeDocument", "xl/workbook.xml") + "</Relationships>"},
         {"xl/workbook.xml", "<workbook " + main + " xmlns:r=\"" + kRelations + "\"><sheets>" + sheets + "</sheets></workbook>"},
         {"xl/_rels/workbook.xml.rels", head + relation("rId1", "worksheet", sheet_target) + relation("rId2", "worksheet", "worksheets/sheet2.xml") +
                                            relation("rId3", "sharedStrings", "/xl/sharedStrings.xml") + "</Relationships>"},
         {"xl/sharedStrings.xml", "<sst " + main + ">" + shared + "</sst>"},
         {"xl/worksheets/sheet1.xml", before_sheet + "<worksheet " + main + "><sheetData>" + rows + "</sheetData></worksheet>"},
         {"xl/worksheets/sheet2.xml", "<worksheet " + main + "><sheetData/></worksheet>"}});
  }
};

std::string text_cell(const std::string& text) { return "<c t=\"inlineStr\"><is><t xml:space=\"preserve\">" + text + "</t></is></c>"; }
std::string row_of(const std::string& cells) { return "<row>" + cells + "</row>"; }

/// The cells of the one row below a header "a".
std::string cell_read(const std::string& cell, const std::string& shared = "") {
  const TemporaryFolder folder;
  const auto table = read_xlsx_table(Workbook{.rows = row_of(text_cell("a") + text_cell("keep")) + row_of(cell + text_cell("k")), .shared = shared}.write(folder));
  return table.rows.at(0).cells.at(0);
}
std::string complaint(const Workbook& workbook, const XlsxLimits& limits = {}) {
  const TemporaryFolder folder;
  return testing::message_of<DataError>([&] { (void)read_xlsx_table(workbook.write(folder), limits); });
}

struct Case {
  const char* name;
  std::string cell, expected;
};
void PrintTo(const Case& c, std::ostream* os) { *os << c.cell; }
class XlsxCellText : public ::testing::TestWithParam<Case> {};
TEST_P(XlsxCellText, IsWhatWasWritten) {
  const std::string shared = "<si><t>first</t></si><si><r><t>ri</t></r><r><rPr><b/></rPr><t xml:space=\"preserve\">ch </t></r></si>"
                             "<si><t>東京</t><rPh sb=\"0\" eb=\"2\"><t>とうきょう</t></rPh></si>";
  EXPECT_EQ(cell_read(GetParam().cell, shared), GetParam().expected);
}
INSTANTIATE_TEST_SUITE_P(Kinds, XlsxCellText,
    ::testing::Values(Case{"inline", text_cell(" A &amp; B\n"), " A & B\n"}, Case{"shared", "<c t=\"s\"><v>0</v></c>", "first"},
                      Case{"rich", "<c t=\"s\"><v>1</v></c>", "rich "}, Case{"phonetic", "<c t=\"s\"><v>2</v></c>", "東京"},
                      Case{"rich_inline", "<c t=\"inlineStr\"><is><r><t>x</t></r><r><t>y</t></r></is></c>", "xy"},
                      Case{"whole", "<c><v>7</v></c>", "7"}, Case{"whole_as_float", "<c t=\"n\"><v>3.0</v></c>", "3"},
                      Case{"fraction", "<c><v>2.5</v></c>", "2.5"}, Case{"exponent", "<c><v>1E-05</v></c>", "1e-05"},
                      Case{"yes", "<c t=\"b\"><v>1</v></c>", "True"}, Case{"no", "<c t=\"b\"><v>0</v></c>", "False"},
                      Case{"error", "<c t=\"e\"><v>#DIV/0!</v></c>", ""}, Case{"empty", "<c s=\"1\"/>", ""},
                      Case{"formula_is_the_text", "<c><f>SUM(A1)</f><v>0</v></c>", "=SUM(A1)"}, Case{"result_text", "<c t=\"str\"><v>x</v></c>", "x"},
                      Case{"escaped", text_cell("a_x000D_b_x005F_x000D_c_x0_"), "a\rb_x000D_c_x0_"}, Case{"cdata", text_cell("<![CDATA[<b>]]>"), "<b>"},
                      Case{"letters", text_cell("&#x1F600;&#13;"), "\U0001F600\r"}),
    [](const auto& c) { return c.param.name; });

TEST(XlsxEscapes, JoinPairsAndReplaceHalves) {
  EXPECT_EQ(decode_xlsx_escapes("_xD83D__xDE00_"), "\U0001F600");
  EXPECT_EQ(decode_xlsx_escapes("_xD83D_x_xDE00_"), "\uFFFDx\uFFFD");
  EXPECT_EQ(decode_xlsx_escapes("_x00e9__x0001_"), "\u00e9\x01");
  EXPECT_EQ(decode_xlsx_escapes("_x12G4_ _x"), "_x12G4_ _x");
}

TEST(XlsxTable, PlacesCellsByTheirNames) {
  const TemporaryFolder folder;
  const auto table = read_xlsx_table(Workbook{.rows = "<row r=\"2\"><c r=\"A2\" t=\"str\"><v>index</v></c><c r=\"C2\" t=\"str\"><v>index</v></c></row><row r=\"3\"/>"
                                                      "<row r=\"7\"><c r=\"C7\"><v>5</v></c><c r=\"AB7\"><v>9</v></c></row>"}.write(folder));
  EXPECT_THAT(table.columns, ElementsAre("index", "Unnamed: 1", "index.1"));
  ASSERT_EQ(table.rows.size(), 1u);
  EXPECT_THAT(table.rows[0].cells, ElementsAre("", "", "5"));
  EXPECT_THAT(table.where(0), HasSubstr("p.xlsx: row 7"));
}
TEST(XlsxTable, TypesColumnsAsPandasDoes) {
  const TemporaryFolder folder;
  const auto two = [](const std::string& a, const std::string& b) { return row_of("<c><v>" + a + "</v></c>" + text_cell(b)); };
  const auto table = read_xlsx_table(Workbook{.rows = row_of(text_cell("number") + text_cell("text")) + two("1", "None") + two("2.5", "B")}.write(folder));
  EXPECT_EQ(table.text(0, 0), "1.0");
  EXPECT_EQ(table.text(0, 1), std::nullopt);
  EXPECT_EQ(table.rows[0].cells[1], "None");
}
TEST(XlsxTable, ReadsTheFirstSheetOfTheWorkbooksList) {
  Workbook workbook{.rows = row_of(text_cell("a")) + row_of(text_cell("b"))};
  workbook.sheets = R"(<sheet name="Other" sheetId="9" r:id="rId2"/><sheet name="Sheet1" sheetId="1" r:id="rId1"/>)";
  EXPECT_THAT(complaint(workbook), HasSubstr("xl/worksheets/sheet2.xml: the sheet is empty"));
}

TEST(XlsxTable, RefusesWhatIsNoExcelFile) {
  const TemporaryFolder folder;
  const auto read = [&](const std::filesystem::path& path) { return testing::message_of<DataError>([&] { (void)read_xlsx_table(path); }); };
  EXPECT_THAT(read(folder.write("old.xlsx", "\xD0\xCF\x11\xE0 old")), HasSubstr("an old .xls, or one with a password, must be saved as .xlsx"));
  EXPECT_THAT(read(folder.write("empty.xlsx", "")), HasSubstr("Excel file"));
  EXPECT_THAT(read(testing::write_zip(folder / "other.xlsx", {{"word/document.xml", "<a/>"}})), HasSubstr("a ZIP archive, and no Excel file"));
}
TEST(XlsxTable, RefusesBrokenFiles) {
  const std::string header = row_of(text_cell("a"));
  EXPECT_THAT(complaint({.rows = header + "<row><c t=\"s\"><v>3</v></c></row>"}), HasSubstr("sheet1.xml: row 2: there is no shared text 3; the file has 0"));
  EXPECT_THAT(complaint({.rows = header + "<row><c><v>1,5</v></c></row>"}), HasSubstr("row 2: \"1,5\" is no number"));
  EXPECT_THAT(complaint({.rows = header + "<row r=\"1\"/>"}), HasSubstr("row \"1\" after row 1"));
  EXPECT_THAT(complaint({.rows = "<row r=\"9999999\"/>"}), HasSubstr("expected a larger number up to 1048576"));
  EXPECT_THAT(complaint({.rows = "<row><c r=\"XFE1\"><v>1</v></c></row>"}), HasSubstr("\"XFE1\" is no cell of a sheet"));
  EXPECT_THAT(complaint({.rows = header + "<row>"}), HasSubstr("sheet1.xml:1:"));
  EXPECT_THAT(complaint({.rows = header, .sheet_target = "worksheets/none.xml"}), HasSubstr("none.xml: the Excel file has no such part"));
  EXPECT_THAT(complaint({.rows = header, .sheets = ""}), HasSubstr("names no sheet that is there"));
}
TEST(XlsxTable, RefusesBombs) {
  Workbook entities{.rows = row_of(text_cell("a"))};
  entities.before_sheet = "<!DOCTYPE x [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;\">]>";
  EXPECT_THAT(complaint(entities), AllOf(HasSubstr("declares a document type"), StartsWith("/")));
  EXPECT_THAT(complaint({.rows = row_of(text_cell(std::string(100'000, ' ')))}, {.part_bytes = 50'000, .cells = 10}), HasSubstr("unpacks to more than 50000 bytes"));
  EXPECT_THAT(complaint({.rows = row_of(text_cell("a") + text_cell("b")) + row_of("<c/><c r=\"B2\"><v>1</v></c>")}, {.part_bytes = 50'000, .cells = 3}),
              HasSubstr("more than 3 cells"));
  std::string shared;
  for (int i = 0; i < 4; ++i) shared += "<si/>";
  EXPECT_THAT(complaint({.rows = row_of(text_cell("a")), .shared = shared}, {.part_bytes = 50'000, .cells = 3}), HasSubstr("sharedStrings.xml: more than 3 texts"));
}
TEST(XlsxTable, SurvivesEveryBrokenByte) {
  const TemporaryFolder folder;
  const auto good = read_file(Workbook{.rows = row_of(text_cell("index") + text_cell("b")) + row_of("<c><v>1</v></c><c t=\"s\"><v>0</v></c>"), .shared = "<si><t>x</t></si>"}.write(folder));
  for (std::size_t at = 0; at < good.size(); at += 7) {
    auto broken = good;
    broken[at] = static_cast<char>(broken[at] ^ 0x55);
    try {
      (void)read_xlsx_table(folder.write("broken.xlsx", broken));
    } catch (const DataError& error) {
      EXPECT_THAT(error.what(), HasSubstr("broken.xlsx"));
    }
    if (at % 70 != 0) continue;
    try {
      (void)read_xlsx_table(folder.write("cut.xlsx", std::string_view(good).substr(0, at)));
    } catch (const DataError& error) {
      EXPECT_THAT(error.what(), HasSubstr("cut.xlsx"));
    }
  }
}

}  // namespace
}  // namespace assay
