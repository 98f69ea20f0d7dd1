#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "datasets/hub_parquet.h"
#include "datasets/parquet_rows.h"
#include "harness/base/file.h"
#include "tests/datasets/data_error.h"
#include "tests/parquet_file.h"
#include "tests/temporary_folder.h"

namespace assay {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::data_error_of;
using testing::Columns;
using testing::numbers;
using testing::Picture;
using testing::picture_lists;
using testing::pictures;
using testing::TemporaryFolder;
using testing::text_lists;
using testing::texts;
using testing::write_parquet;

std::string bytes_of(const ImageRef& image) {
  const auto bytes = read_image_bytes(image);
  return bytes ? *bytes : "failed: " + bytes.error().message;
}

TEST(ParquetRows, GivesRowsAsObjects) {
  const TemporaryFolder folder;
  const auto file = write_parquet(folder / "t.parquet", {{"q", texts({"a", std::nullopt, "ü\n"})}, {"n", numbers({1, -2, 3})}, {"l", text_lists({{"x", "y"}, {}, {"z"}})}}, 2);
  const ParquetRows rows({file});
  ASSERT_EQ(rows.size(), 3u);
  EXPECT_THAT(rows.columns(), ElementsAre("q", "n", "l"));
  EXPECT_EQ(json::dump(rows.get(0)), R"({"q":"a","n":1,"l":["x","y"]})");
  EXPECT_EQ(json::dump(rows.get(1)), R"({"q":null,"n":-2,"l":[]})");
  EXPECT_EQ(json::dump(rows.get(2)), R"({"q":"ü\n","n":3,"l":["z"]})");
  EXPECT_THAT(rows.where(2), HasSubstr("t.parquet: row 2"));
}
TEST(ParquetRows, ReadsPicturesInAnyOrderAndAgain) {
  const TemporaryFolder folder;
  std::vector<Picture> values;
  for (int i = 0; i < 25; ++i) values.push_back({fmt::format("picture {} {}", i, std::string(100, 'x')), fmt::format("{}.png", i)});
  const auto file = write_parquet(folder / "t.parquet", {{"image", pictures(values)}}, 10);
  const ParquetRows rows({file});
  for (const std::size_t i : {0u, 1u, 7u, 3u, 3u, 24u, 12u, 9u, 10u, 0u}) {
    const auto row = rows.get(i);
    EXPECT_EQ(row["image"]["path"].GetString(), fmt::format("{}.png", i));
    EXPECT_FALSE(row["image"].HasMember("bytes"));
    const auto images = rows.pictures(row, i, "image");
    ASSERT_EQ(images.size(), 1u);
    EXPECT_EQ(bytes_of(images[0]), *values[i].bytes);
  }
  EXPECT_NE(rows.pictures(rows.get(0), 0, "image")[0].key(), rows.pictures(rows.get(1), 1, "image")[0].key());
}
TEST(ParquetRows, ReadsTheSameHoweverItIsStored) {
  const TemporaryFolder folder;
  std::vector<std::optional<std::string>> asked;
  std::vector<std::vector<std::string>> said;
  std::vector<Picture> shown;
  for (int i = 0; i < 25; ++i) {
    asked.emplace_back(fmt::format("question {}", i % 3));  // a dictionary pays
    said.emplace_back(static_cast<std::size_t>(i % 4), fmt::format("answer {}", i));
    shown.push_back({std::string(static_cast<std::size_t>(10 * i + 1), 'x'), fmt::format("{}.jpg", i)});
  }
  const Columns columns = {{"question", texts(asked)}, {"answer", text_lists(said)}, {"image", pictures(shown)}};
  const auto check = [&](const char* name, parquet::WriterProperties::Builder builder) {
    const ParquetRows rows({write_parquet(folder / fmt::format("{}.parquet", name), columns, 7, std::move(builder))});
    ASSERT_EQ(rows.size(), 25u) << name;
    for (std::size_t i = 0; i < 25; ++i) {
      const auto row = rows.get(i);
      EXPECT_EQ(row["question"].GetString(), *asked[i]) << name;
      EXPECT_EQ(row["answer"].Size(), said[i].size()) << name;
      EXPECT_EQ(bytes_of(rows.pictures(row, i, "image").at(0)), *shown[i].bytes) << name;
    }
  };
  auto plain = testing::hub_properties(), zstd = testing::hub_properties(), second = testing::hub_properties(), small = testing::hub_properties();
  plain.disable_dictionary()->compression(parquet::Compression::UNCOMPRESSED);
  zstd.compression(parquet::Compression::ZSTD)->enable_write_page_index();
  second.compression(parquet::Compression::GZIP)->data_page_version(parquet::ParquetDataPageVersion::V2);
  small.dictionary_pagesize_limit(16);  // given up within the column
  check("snappy", testing::hub_properties());
  check("plain", std::move(plain));
  check("zstd", std::move(zstd));
  check("second", std::move(second));
  check("small", std::move(small));
}
TEST(ParquetRows, ReadsPicturesFromManyThreads) {
  const TemporaryFolder folder;
  std::vector<Picture> values;
  for (int i = 0; i < 60; ++i) values.push_back({fmt::format("picture {}", i), "p"});
  const ParquetRows rows({write_parquet(folder / "t.parquet", {{"image", pictures(values)}, {"n", numbers(std::vector<std::int64_t>(60, 1))}}, 7)});
  std::vector<std::thread> threads;
  std::atomic<int> wrong = 0;
  for (std::size_t t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (std::size_t i = t; i < 60; i += 3) wrong += bytes_of(rows.pictures(rows.get(i), i, "image").at(0)) != *values[i].bytes;
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
}
TEST(ParquetRows, TellsNoPictureFromAnEmptyOne) {
  const TemporaryFolder folder;
  folder.write("beside.png", "a file");
  const ParquetRows rows({write_parquet(folder / "t.parquet", {{"image", pictures({{}, {"", "x"}, {std::nullopt, "beside.png"}, {std::nullopt, ""}})}}, 10)});
  EXPECT_THAT(rows.pictures(rows.get(0), 0, "image"), IsEmpty());
  EXPECT_THAT(bytes_of(rows.pictures(rows.get(1), 1, "image").at(0)), HasSubstr("the picture is empty"));
  EXPECT_EQ(bytes_of(rows.pictures(rows.get(2), 2, "image").at(0)), "a file");
  EXPECT_THAT(bytes_of(rows.pictures(rows.get(3), 3, "image").at(0)), HasSubstr("t.parquet: row 3: image: the row has neither a picture nor the name of one"));
}
TEST(ParquetRows, ReadsListsOfPictures) {
  const TemporaryFolder folder;
  const ParquetRows rows({write_parquet(folder / "t.parquet", {{"image", picture_lists({{{"a", "p"}, {"b", "p"}}, {}, {{"c", "p"}, {}, {"d", "p"}}})}}, 2)});
  const auto all = [&](std::size_t i) {
    std::string text;
    for (const auto& image : rows.pictures(rows.get(i), i, "image")) text += bytes_of(image);
    return text;
  };
  EXPECT_EQ(all(2), "cd");
  EXPECT_EQ(all(0), "ab");
  EXPECT_EQ(all(1), "");
}
TEST(ParquetRows, RefusesWhatIsNoParquet) {
  const TemporaryFolder folder;
  const auto open = [](std::vector<std::filesystem::path> files) { return data_error_of([&] { (void)ParquetRows(std::move(files)); }); };
  EXPECT_THAT(open({folder.write("a.parquet", "no such thing")}), HasSubstr("a.parquet: "));
  EXPECT_THAT(open({folder.write("e.parquet", "")}), HasSubstr("e.parquet: "));
  EXPECT_THAT(open({folder / "none.parquet"}), HasSubstr("none.parquet: "));
  const auto good = write_parquet(folder / "g.parquet", {{"q", texts({"a"})}}, 10), other = write_parquet(folder / "o.parquet", {{"r", texts({"a"})}}, 10);
  EXPECT_THAT(open({good, other}), HasSubstr("o.parquet: expected the columns of g.parquet (q), got r"));
  EXPECT_THAT(open({write_parquet(folder / "z.parquet", {{"q", texts({})}}, 10)}), HasSubstr("no rows"));
  EXPECT_THAT(data_error_of([&] { const ParquetRows rows({good}); (void)rows.pictures(rows.get(0), 0, "q"); }), HasSubstr("expected a column \"q\" of pictures"));
}
TEST(ParquetRows, SurvivesBrokenBytes) {
  const TemporaryFolder folder;
  const auto good = read_file(write_parquet(folder / "g.parquet", {{"q", texts({"a", "b"})}, {"image", pictures({{"x", "p"}, {"y", "p"}})}}, 1));
  for (std::size_t at = 0; at < good.size(); at += 3) {
    auto broken = good;
    broken[at] = static_cast<char>(broken[at] ^ 0x2A);
    const auto path = folder.write("broken.parquet", broken);
    try {
      const ParquetRows rows({path});
      for (std::size_t i = 0; i < std::min<std::size_t>(rows.size(), 4); ++i) {
        const auto row = rows.get(i);
        if (row.HasMember("image")) (void)bytes_of(rows.pictures(row, i, "image").empty() ? ImageRef{} : rows.pictures(row, i, "image")[0]);
      }
    } catch (const DataError& error) {
      EXPECT_THAT(error.what(), HasSubstr("broken.parquet"));
    }
  }
}
TEST(ParquetRows, DigestsTextsAndLayout) {
  const TemporaryFolder folder;
  const auto digest = [&](const std::string& name, const std::string& text) {
    return ParquetRows({write_parquet(folder / name, {{"q", texts({text})}, {"image", pictures({{"x", "p"}})}}, 10)}).digest();
  };
  EXPECT_EQ(digest("a.parquet", "a"), digest("b.parquet", "a"));
  EXPECT_NE(digest("a.parquet", "a"), digest("b.parquet", "b"));
}

TEST(HubParquet, ReadsChartQaAsItsFolderDoes) {
  const TemporaryFolder folder;
  const Columns first = {{"type", texts({"human_test", "augmented_test"})}, {"question", texts({"q0", "q1"})}, {"answer", text_lists({{"3"}, {"4"}})},
                         {"image", pictures({{"x", "p"}, {"y", "p"}})}};
  const Columns second = {{"type", texts({"human_test"})}, {"question", texts({"q2"})}, {"answer", text_lists({{"5"}})}, {"image", pictures({{"z", "p"}})}};
  (void)write_parquet(folder / "data/test-00000-of-00002.parquet", first, 1);
  (void)write_parquet(folder / "data/test-00001-of-00002.parquet", second, 1);
  const auto data = open_hub_parquet(folder / "data/test-00001-of-00002.parquet", {.counted = "type", .counted_suffix = "_test", .category = "type"});
  ASSERT_EQ(data->size(), 3u);
  EXPECT_EQ(data->get(0).id + " " + data->get(1).id + " " + data->get(2).id, "human/0 augmented/0 human/1");
  const Sample sample = data->get(2);
  EXPECT_EQ(sample.question, "q2");
  EXPECT_THAT(sample.references, ElementsAre("5"));
  EXPECT_EQ(bytes_of(sample.images.at(0)), "z");
  EXPECT_EQ(data->paths().size(), 2u);
}
TEST(HubParquet, TurnsPlacesIntoLetters) {
  const TemporaryFolder folder;
  const auto file = write_parquet(folder / "t.parquet", {{"question", texts({"q"})}, {"options", text_lists({{"cat", "dog", "nan"}})}, {"answer", texts({"1"})}, {"image", pictures({{"x", "p"}})}}, 1);
  const Sample sample = open_hub_parquet(file, {.options = {"options"}, .answer_is_place = true})->get(0);
  EXPECT_THAT(sample.references, ElementsAre("B"));
  EXPECT_EQ(sample.options.size(), 2u);
  EXPECT_EQ(sample.id, "0");
}
TEST(HubParquet, SaysWhatIsMissing) {
  const TemporaryFolder folder;
  const auto file = write_parquet(folder / "test-00001-of-00003.parquet", {{"question", texts({"q"})}}, 1);
  EXPECT_THAT(data_error_of([&] { (void)open_hub_parquet(file, {}); }), HasSubstr("2 of 3 shards are missing: test-00000-of-00003.parquet, test-00002-of-00003.parquet"));
  const auto alone = write_parquet(folder / "t.parquet", {{"question", texts({"q"})}}, 1);
  EXPECT_THAT(data_error_of([&] { (void)open_hub_parquet(alone, {}); }), HasSubstr("t.parquet: no column answer, image; found: question"));
}

}  // namespace
}  // namespace assay
