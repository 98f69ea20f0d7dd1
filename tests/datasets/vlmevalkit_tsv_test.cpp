#include "datasets/vlmevalkit_tsv.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "harness/base/digest.h"
#include "tests/datasets/data_error.h"

namespace assay {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;
using testing::data_error_of;
using testing::TemporaryFolder;

/// Base64 of 60 times one letter: longer than any reference to another row.
std::string picture_of(char letter) {
  std::string text;
  static constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const auto c = static_cast<unsigned char>(letter);
  const unsigned group = static_cast<unsigned>(c << 16 | c << 8 | c);
  for (int i = 0; i < 20; ++i) {
    for (const int shift : {18, 12, 6, 0}) text += kAlphabet[group >> shift & 63];
  }
  return text;
}

class VlmEvalKitTsv : public ::testing::Test {
 protected:
  std::unique_ptr<SampleSource> open(std::string_view text, const TsvOptions& options = {}) {
    return open_vlmevalkit_tsv(folder_.write("Set.tsv", text), options);
  }
  std::string error(std::string_view text) {
    return data_error_of([&] { (void)open(text); });
  }
  TemporaryFolder folder_;
};

TEST_F(VlmEvalKitTsv, ReadsARow) {
  const auto text = fmt::format("index\timage\tquestion\thint\tA\tB\tanswer\tcategory\tl2-category\tsplit\n"
                                "0\t{}\t\"What?\nNow\"\t\tred\tNone\tA\tcolor\tattribute\tdev\n",
                                picture_of('x'));
  const auto source = open(text);
  ASSERT_EQ(source->size(), 1u);
  const auto sample = source->get(0);
  EXPECT_EQ(sample.id, "0");
  EXPECT_EQ(sample.group, "");
  EXPECT_EQ(sample.question, "What?\nNow");
  EXPECT_EQ(sample.hint, "");
  ASSERT_EQ(sample.options.size(), 1u) << "the option \"None\" vanishes";
  EXPECT_EQ(sample.options[0].letter + sample.options[0].text, "Ared");
  EXPECT_THAT(sample.references, ElementsAre("A"));
  EXPECT_EQ(sample.category, "color");
  EXPECT_THAT(sample.fields, ElementsAre(Pair("answer", "A"), Pair("l2-category", "attribute"), Pair("split", "dev")));
  ASSERT_EQ(sample.images.size(), 1u);
  EXPECT_EQ(*read_image_bytes(sample.images[0]), std::string(60, 'x'));
  EXPECT_EQ(source->digest(), digest_of(text));
}

TEST_F(VlmEvalKitTsv, PrintsOptionsAsTheirColumnsType) {
  const auto source = open(fmt::format("index\timage\tA\tB\tC\n0\t{0}\t1\t1\tTRUE\n1\t{0}\t\t2\tfalse\n", picture_of('x')));
  EXPECT_EQ(source->get(0).options[0].text, "1.0");
  EXPECT_EQ(source->get(0).options[1].text, "1");
  EXPECT_EQ(source->get(0).options[2].text, "True");
  EXPECT_EQ(source->get(1).options[0].letter, "B");
}

TEST_F(VlmEvalKitTsv, FollowsAReferenceToAnotherRow) {
  const auto source = open(fmt::format("index\timage\tquestion\n7\t{}\tq\n1000007\t7\tq\n", picture_of('x')));
  const auto first = source->get(0).images.at(0), second = source->get(1).images.at(0);
  EXPECT_EQ(first.key(), second.key());
  EXPECT_EQ(*read_image_bytes(second), std::string(60, 'x'));
}

/// Row 3 has row 0's picture written out again, row 1 another of the same length, row 4 refers to row 3.
TEST_F(VlmEvalKitTsv, MakesOnePictureOfEqualCells) {
  const auto source = open(fmt::format("index\timage\n0\t{0}\n1\t{1}\n2\t{2}\n3\t{0}\n4\t3\n", picture_of('x'), picture_of('y'), picture_of('z') + "AAAA"));
  const auto picture = [&](std::size_t row) { return source->get(row).images.at(0); };
  EXPECT_EQ(picture(3).key(), picture(0).key());
  EXPECT_EQ(picture(4).key(), picture(0).key());
  EXPECT_NE(picture(1).key(), picture(0).key());
  EXPECT_NE(picture(2).key(), picture(0).key());
  EXPECT_EQ(*read_image_bytes(picture(1)), std::string(60, 'y'));
  EXPECT_EQ(*read_image_bytes(picture(3)), std::string(60, 'x'));
}

TEST_F(VlmEvalKitTsv, TellsReferencesThatLeadNowhere) {
  EXPECT_THAT(error("index\timage\n7\t8\n"), HasSubstr("Set.tsv:2:image: the cell \"8\" is too short for a picture, so it must be the index of the row that has it; no row has that index"));
  EXPECT_THAT(error("index\timage\n7\t8\n8\t7\n"), HasSubstr("Set.tsv:2:image: the cell \"8\" is too short for a picture"));
  EXPECT_THAT(error("index\timage\n7\t8\n8\t7\n"), HasSubstr("the row on line 3 has no picture either"));
}

TEST_F(VlmEvalKitTsv, ReadsListsOfPictures) {
  const auto x = picture_of('x'), y = picture_of('y');
  const auto source = open(fmt::format("index\timage\n0\t['{0}', '{1}']\n1\t\"[\"\"{1}\"\", \"\"{0}\"\"]\"\n2\t\"{0}\"\n", x, y));
  for (const std::size_t row : {0u, 1u}) {
    const auto images = source->get(row).images;
    ASSERT_EQ(images.size(), 2u);
    EXPECT_EQ(*read_image_bytes(images[row]), std::string(60, 'x'));
    EXPECT_EQ(*read_image_bytes(images[1 - row]), std::string(60, 'y'));
  }
  EXPECT_EQ(*read_image_bytes(source->get(2).images.at(0)), std::string(60, 'x'));
}

TEST_F(VlmEvalKitTsv, DropsRowsWithoutAPictureUnlessAskedNotTo) {
  const auto text = fmt::format("index\timage\n0\t{}\n1\t\n2\tNaN\n", picture_of('x'));
  EXPECT_EQ(open(text)->size(), 1u);
  const auto kept = open(text, TsvOptions{.keep_rows_without_image = true, .image_root = {}, .answer_lists = true});
  ASSERT_EQ(kept->size(), 3u);
  EXPECT_THAT(kept->get(2).images, IsEmpty());
}

TEST_F(VlmEvalKitTsv, FindsPicturesByPath) {
  folder_.write("images/Set/a.png", "bytes of a");
  const auto absolute = folder_.write("elsewhere/b.jpg", "bytes of b");
  const auto source = open(fmt::format("index\timage_path\n0\ta.png\n1\t{}\n2\t\"['a.png', '{}']\"\n3\tmissing.png\n", absolute.string(), absolute.string()));
  EXPECT_EQ(*read_image_bytes(source->get(0).images.at(0)), "bytes of a");
  EXPECT_EQ(source->get(0).fields.at("image_path"), "a.png");
  EXPECT_EQ(*read_image_bytes(source->get(1).images.at(0)), "bytes of b");
  EXPECT_EQ(*read_image_bytes(source->get(2).images.at(1)), "bytes of b");
  const auto missing = read_image_bytes(source->get(3).images.at(0));
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().stage, "read");
  EXPECT_THAT(missing.error().message, HasSubstr("images/Set/missing.png: cannot open: No such file"));
}

TEST_F(VlmEvalKitTsv, SharesTheFolderOfAFamily) {
  folder_.write("images/MMBench/1.jpg", "m");
  const auto source = open_vlmevalkit_tsv(folder_.write("MMBench_DEV_CN_local.tsv", "index\timage_path\n1\t1.jpg\n"));
  EXPECT_EQ(*read_image_bytes(source->get(0).images.at(0)), "m");
}

TEST_F(VlmEvalKitTsv, ReadsAnswers) {
  const auto x = picture_of('x');
  const auto source = open(fmt::format("index\timage\tanswer\n0\t{0}\t['1.50', 'two']\n1\t{0}\tNone\n2\t{0}\t[Yes, No]\n", x));
  EXPECT_THAT(source->get(0).references, ElementsAre("1.50", "two"));
  EXPECT_EQ(source->get(0).fields.at("answer"), "['1.50', 'two']");
  EXPECT_THAT(source->get(1).references, ElementsAre("nan"));
  EXPECT_THAT(source->get(2).references, ElementsAre("[Yes, No]"));
  EXPECT_THAT(open(fmt::format("index\timage\tanswer\n0\t{}\t\n", x))->get(0).references, IsEmpty());
  EXPECT_THAT(open(fmt::format("index\timage\tanswer\n0\t{0}\t1\n1\t{0}\t\n", x))->get(0).references, ElementsAre("1.0"));
}

TEST_F(VlmEvalKitTsv, NamesBrokenPicturesByFileAndRow) {
  auto broken = picture_of('x');
  broken.resize(77);
  const auto failure = read_image_bytes(open(fmt::format("index\timage\n0\t{}\n", broken))->get(0).images.at(0));
  ASSERT_FALSE(failure);
  EXPECT_THAT(failure.error().message, HasSubstr("Set.tsv:2:image: broken base64: 77 letters"));
}

TEST_F(VlmEvalKitTsv, RefusesWhatCannotBeADataSet) {
  EXPECT_THAT(error("question\timage\nq\t\n"), HasSubstr("Set.tsv: no column \"index\"; found: question, image"));
  EXPECT_THAT(error("index\tquestion\n1\tq\n"), HasSubstr("no column \"image\" or \"image_path\""));
  EXPECT_THAT(error(std::string(100'000, 'x') + "\n1\n"), ::testing::EndsWith("found: " + std::string(60, 'x') + "..."));
  EXPECT_THAT(error("index\timage\n"), HasSubstr("no row with a picture"));
  const auto x = picture_of('x');
  EXPECT_THAT(error(fmt::format("index\timage\n1\t{0}\n01\t{0}\n", x)), HasSubstr("Set.tsv:3:index: index \"1\" comes twice; first on line 2"));
  EXPECT_THAT(error(fmt::format("index\timage\n1\t{0}\n\t{0}\n", x)), HasSubstr("Set.tsv:3:index: the index is missing"));
}

}  // namespace
}  // namespace assay
