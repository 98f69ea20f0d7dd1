#include "model/vlm.h"

namespace assay {
namespace {

SampleFailure not_offered(std::string id, std::string_view what) {
  return SampleFailure{std::move(id), "view", std::string("this kind of model offers no view of its ") + std::string(what)};
}

}  // namespace

Result<PromptView> Vlm::view_prompt(const Request& request) { return not_offered(request.id, "prompt"); }
Result<FloatArray> Vlm::view_pixels(const ImageInput& image, std::optional<int>) { return not_offered(image.name, "pixels"); }
Result<FloatArray> Vlm::view_logits(const Request& request) { return not_offered(request.id, "logits"); }

}  // namespace assay
