#pragma once
#include <filesystem>
#include <memory>

#include "datasets/sample.h"

/// Data sets on the Hugging Face hub whose columns want more than a RowLayout says, as lmms-eval reads them. `shard` is any file of the split (hub_parquet.h). Samples
/// are those of the benchmark's other layouts: same ids where the set keeps them, same letters, same fields.
///
/// Throws   DataError for shards or columns that are missing, with file and row for a value that cannot be, and what ParquetRows throws
/// Source   EvolvingLMMs-Lab/lmms-eval 75571cfe lmms_eval/tasks: the yaml and utils.py of each
namespace assay {

/// COCO's captions of 2014 or 2017. The id is the number in `question_id`, which is the picture's file name.
[[nodiscard]] std::unique_ptr<SampleSource> open_hub_coco_caption(const std::filesystem::path& shard);
/// COCO's Karpathy split: the captions, and the name of a picture that lies beside, as the set holds only its address.
[[nodiscard]] std::unique_ptr<SampleSource> open_hub_coco_karpathy(const std::filesystem::path& shard);
/// A set with a `split` of its own is taken for its test part.
[[nodiscard]] std::unique_ptr<SampleSource> open_hub_flickr30k(const std::filesystem::path& shard);
/// Questions and pictures are two sets, `testdev_balanced_instructions` and `testdev_balanced_images` beside it.
[[nodiscard]] std::unique_ptr<SampleSource> open_hub_gqa(const std::filesystem::path& shard);
/// The 951 questions with a picture, and the others where `non_image` lies beside.
[[nodiscard]] std::unique_ptr<SampleSource> open_hub_hallusion(const std::filesystem::path& shard);
[[nodiscard]] std::unique_ptr<SampleSource> open_hub_llava_bench(const std::filesystem::path& shard);
[[nodiscard]] std::unique_ptr<SampleSource> open_hub_mathvista(const std::filesystem::path& shard);
[[nodiscard]] std::unique_ptr<SampleSource> open_hub_mmbench(const std::filesystem::path& shard);
[[nodiscard]] std::unique_ptr<SampleSource> open_hub_mmmu(const std::filesystem::path& shard);
[[nodiscard]] std::unique_ptr<SampleSource> open_hub_mmstar(const std::filesystem::path& shard);
[[nodiscard]] std::unique_ptr<SampleSource> open_hub_mmvet(const std::filesystem::path& shard);
/// One file of all three categories, or of config `Full` a file each beside each other.
[[nodiscard]] std::unique_ptr<SampleSource> open_hub_pope(const std::filesystem::path& shard);
[[nodiscard]] std::unique_ptr<SampleSource> open_hub_q_bench(const std::filesystem::path& shard);
[[nodiscard]] std::unique_ptr<SampleSource> open_hub_realworldqa(const std::filesystem::path& shard);
/// A sample for each phrase of a row. The picture's size, which no column has, is read off the picture.
[[nodiscard]] std::unique_ptr<SampleSource> open_hub_refcoco(const std::filesystem::path& shard);
[[nodiscard]] std::unique_ptr<SampleSource> open_hub_scienceqa(const std::filesystem::path& shard);

enum class SeedKinds { kPictures, kAll };
/// A question on a video has the frames that the set keeps of it.
[[nodiscard]] std::unique_ptr<SampleSource> open_hub_seed_bench(const std::filesystem::path& shard, SeedKinds kinds);

}  // namespace assay
