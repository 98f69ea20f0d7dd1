#include "harness/published_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/uuid/detail/md5.hpp>
#include <iterator>

#include "datasets/file_slice.h"

namespace assay {
namespace {

using Md5 = boost::uuids::detail::md5;

/// VLMEvalKit's tables, sorted by name.
struct Published {
  std::string_view name, md5;
};
constexpr Published kPublished[] = {
    {"AI2D_TEST.tsv", "0f593e0d1c7df9a3d69bf1f947e71975"},
    {"AI2D_TEST_NO_MASK.tsv", "fd8f463634d4fe9fbd23b876e8eea5be"},
    {"CCBench.tsv", "f5dde47f24dc5a6fb6e595b409b466ac"},
    {"COCO_VAL.tsv", "72a5079dead060269ac222c5aa5128af"},
    {"ChartQA_TEST.tsv", "c902e0aa9be5582a7aad6dcf52734b42"},
    {"DocVQA_TEST.tsv", "6a2f28cac26ef2d3447374e8c6f6c8e9"},
    {"DocVQA_VAL.tsv", "d5ee77e1926ff10690d469c56b73eabf"},
    {"GQA_TestDev_Balanced.tsv", "99b62f22e224d9b2f32dcbe41359d1c9"},
    {"HallusionBench.tsv", "0c23ac0dc9ef46832d7a24504f2a0c7c"},
    {"InfoVQA_TEST.tsv", "df535bf51b88dc9718252c34131a6227"},
    {"InfoVQA_VAL.tsv", "2342e9c225222f0ef4dec545ebb126fe"},
    {"LLaVABench.tsv", "d382a093f749a697820d3dadd61c8428"},
    {"MMBench_DEV_CN.tsv", "08b8fc3324a5ed74155350f57be69fbd"},
    {"MMBench_DEV_CN_V11.tsv", "593f9b5f6bea453d870a798b34ae4f37"},
    {"MMBench_DEV_EN.tsv", "b6caf1133a01c6bb705cf753bb527ed8"},
    {"MMBench_DEV_EN_V11.tsv", "30c05be8f2f347a50be25aa067248184"},
    {"MMBench_TEST_CN.tsv", "7e1239baf0ee4c8b513e19705a0f317e"},
    {"MMBench_TEST_CN_V11.tsv", "156e6569f9547afb16603eca16e85373"},
    {"MMBench_TEST_EN.tsv", "6939fadb0ce626fefc0bdc9c64efc528"},
    {"MMBench_TEST_EN_V11.tsv", "8d1a704e791df6f5d9fb3ef782b65365"},
    {"MMDU.tsv", "848b635a88a078f49aebcc6e39792061"},
    {"MME.tsv", "b36b43c3f09801f5d368627fb92187c3"},
    {"MMMU_DEV_VAL.tsv", "585e8ad75e73f75dcad265dfd0417d64"},
    {"MMMU_TEST.tsv", "c19875d11a2d348d07e5eb4bdf33166d"},
    {"MMStar.tsv", "e1ecd2140806c1b1bbf54b43372efb9e"},
    {"MMVet.tsv", "748aa6d4aa9d4de798306a63718455e3"},
    {"MathVista_MINI.tsv", "f199b98e178e5a2a20e7048f5dcb0464"},
    {"OCRBench.tsv", "e953d98a987cc6e26ef717b61260b778"},
    {"OCRVQA_TEST.tsv", "ca46a6d74b403e9d6c0b670f6fc00db9"},
    {"OCRVQA_TESTCORE.tsv", "c5239fe77db8bdc1f2ad8e55e0d1fe97"},
    {"POPE.tsv", "c12f5acb142f2ef1f85a26ba2fbe41d5"},
    {"Q-Bench1_TEST.tsv", "15e759bfd58c9d5f30b23a317d347153"},
    {"Q-Bench1_VAL.tsv", "837bdb6cd2da571713543462815187b7"},
    {"RealWorldQA.tsv", "4de008f55dc4fd008ca9e15321dc44b7"},
    {"RefCOCO.tsv", "f50ca356638ddac89b309311fd876a5d"},
    {"SEEDBench_IMG.tsv", "68017231464752261a2526d6ca3a10c0"},
    {"ScienceQA_TEST.tsv", "e42e9e00f9c59a80d8a5db35bc32b71f"},
    {"ScienceQA_VAL.tsv", "96320d05e142e585e7204e72affd29f3"},
    {"TextVQA_VAL.tsv", "b233b31f551bbf4056f2f955da3a92cd"},
    {"VizWiz.tsv", "fa4ac4164467563ed2fac6eac6631bd0"},
};

std::string hex_of(Md5& md5) {
  Md5::digest_type digest;
  md5.get_digest(digest);
  std::string hex;
  for (const auto part : digest) hex += fmt::format("{:0{}x}", part, 2 * sizeof(part));  // four words, or from Boost 1.86 on sixteen bytes
  return hex;
}

std::string md5_of_file(const std::filesystem::path& path) {
  constexpr std::size_t kBlock = 1 << 20;
  const SliceReader file(path);
  Md5 md5;
  std::string block(kBlock, '\0');
  for (std::uint64_t offset = 0; offset < file.size();) {
    const auto count = file.read_into(block.data(), offset, block.size());
    if (count == 0) break;
    md5.process_bytes(block.data(), count);
    offset += count;
  }
  return hex_of(md5);
}

}  // namespace

std::string md5_of(std::string_view bytes) {
  Md5 md5;
  md5.process_bytes(bytes.data(), bytes.size());
  return hex_of(md5);
}

std::string published_file_note(const std::filesystem::path& file) {
  const auto* known = std::ranges::find(kPublished, file.filename().string(), &Published::name);
  if (known == std::end(kPublished)) return "";
  const auto md5 = md5_of_file(file);
  if (md5 == known->md5) return "as VLMEvalKit publishes it (by MD5)";
  return fmt::format("not the file that VLMEvalKit e8e78f05 publishes under this name: its MD5 is {}, and this one's {}", known->md5, md5);
}

}  // namespace assay
