#include "reports/roofline.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <limits>

#include "reports/html.h"
#include "tests/reports/report_values.h"
#include "tests/reports/xml.h"

namespace assay {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

Roofline stages() {
  Roofline roofline{25e9, {{"float32", 120e9}, {"bfloat16", 400e9}}, {}};
  for (const char* dtype : {"float32", "bfloat16"}) {
    roofline.rows.push_back({"decode_step 1", dtype, 0.016, 8e9, 20e9, 0.8});
    roofline.rows.push_back({"encoder 4", dtype, 0.5, 100e9, 0.1e9, 0.83});
  }
  return roofline;
}

double number_in(const testing::XmlElement& element, const char* attribute) { return std::stod(element.attributes.at(attribute)); }

TEST(RooflineSvg, HasALineForEachRoofAndADotAndALegendForEachRow) {
  const auto document = testing::read_xml(roofline_svg(stages()));
  ASSERT_EQ(document.complaint, "");
  EXPECT_EQ(document.root.all("polyline").size(), 2U);
  EXPECT_EQ(document.root.all("circle").size(), 2 * 4U);
  std::vector<std::string> texts;
  for (const auto* text : document.root.all("text")) texts.push_back(text->text);
  EXPECT_THAT(texts, ::testing::IsSupersetOf({"bfloat16: 400 GFLOP/s", "float32: 120 GFLOP/s", "reading: 25 GB/s", "1  decode_step 1, float32: 80 %",
                                              "4  encoder 4, bfloat16: 83 %", "1", "2", "3", "4"}));
}

TEST(RooflineSvg, PutsDotsWhereTheyBelong) {
  auto roofline = stages();
  roofline.rows = {{"on the slope", "bfloat16", 1, 25e9, 25e9, 1}, {"ten times on", "bfloat16", 1, 250e9, 25e9, 1}};
  const auto document = testing::read_xml(roofline_svg(roofline));
  const auto dots = document.root.all("circle");
  const double right = number_in(*dots[1], "cx") - number_in(*dots[0], "cx"), up = number_in(*dots[0], "cy") - number_in(*dots[1], "cy");
  // The slope runs through both: the axes' decades are what they say.
  const auto line = document.root.all("polyline")[0]->attributes.at("points");
  double x0 = 0, y0 = 0, x1 = 0, y1 = 0;
  ASSERT_EQ(std::sscanf(line.c_str(), "%lf,%lf %lf,%lf", &x0, &y0, &x1, &y1), 4);
  EXPECT_NEAR(up / right, (y0 - y1) / (x1 - x0), 0.01);
  const double on_line = y0 - (number_in(*dots[0], "cx") - x0) * (y0 - y1) / (x1 - x0);
  EXPECT_NEAR(number_in(*dots[0], "cy"), on_line, 0.3);
}

TEST(RooflineSvg, IsEmptyWithoutAnythingToDrawAndHarmlessWithOddNames) {
  EXPECT_EQ(roofline_svg({}), "");
  auto roofline = stages();
  for (auto& row : roofline.rows) row.flops = std::numeric_limits<double>::quiet_NaN();
  EXPECT_EQ(roofline_svg(roofline), "");
  auto hostile = stages();
  for (auto& row : hostile.rows) row.name = testing::hostile_text();
  hostile.roofs[0].name = hostile.rows[0].roof = testing::hostile_text();
  EXPECT_EQ(testing::read_xml(roofline_svg(hostile)).complaint, "");
}

TEST(RunHtml, ShowsTimedStagesWhereThereAreSome) {
  auto content = testing::page_content(1, 5);
  EXPECT_THAT(run_html(testing::run_record(), content), Not(HasSubstr("id=\"roofline\"")));
  content.roofline = stages();
  const auto page = run_html(testing::run_record(), content);
  EXPECT_THAT(page, HasSubstr("id=\"roofline\""));
  EXPECT_THAT(page, HasSubstr("4  encoder 4, bfloat16: 83 %"));
}

}  // namespace
}  // namespace assay
