#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "benchmarks/benchmark.h"

/// Prompt profiles that are alike for all benchmarks because one model's scripts or wrapper made them: what InternLM-XComposer's owners,
/// VLMEvalKit and lmms-eval ask. A benchmark puts them behind its own.
namespace assay {

/// `own` and behind it the profiles here that know the benchmark.
[[nodiscard]] std::vector<std::string> with_family_profiles(std::vector<std::string> own, std::string_view benchmark);

/// The question as such a profile puts it; nothing where the profile is none of them, or does not know the benchmark. Profiles of
/// VLMEvalKit's wrappers belong to the chat template "vlmevalkit" of the checkpoint.
/// Source   InternLM/InternLM-XComposer 0f70c3e3 InternLM-XComposer-2.0/evaluation; open-compass/VLMEvalKit e8e78f05 vlmeval/vlm/xcomposer
///          (xcomposer2.py, xcomposer2_4KHD.py, xcomposer2d5.py), vlmeval/vlm/llava/llava.py; EvolvingLMMs-Lab/lmms-eval 75571cfe tasks/mme, tasks/ai2d
[[nodiscard]] std::optional<Question> ask_by_family(std::string_view benchmark, const Sample& sample, std::string_view profile);

}  // namespace assay
