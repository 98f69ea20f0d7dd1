#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "harness/base/result.h"

/// The model's whole public face, in plain C++: no LibTorch type crosses it. The model pulls: it is handed a source of requests and
/// a sink for finished generations, and is free to reorder, batch and share between the two. The same door serves a checkpoint on
/// LibTorch, an endpoint with many requests in flight, and a fake that answers at once.
namespace assay {

/// A picture that is read only when the model gets to it.
struct ImageInput {
  std::string name;  ///< for messages: a file name, or file and row ("MME.tsv:12")
  std::string key;   ///< equal keys promise equal bytes and equal squaring, so that work can be shared before anything is read
  std::function<Result<std::string>()> read_bytes;  ///< the encoded file (JPEG, PNG, ...); callable from any thread
  bool is_squared = false;  ///< set into the middle of a black square of its longer side before anything else is done with it
};

/// A bare turn stands as it is, without the template's words around it: for prompts that bring their own. Not every family takes it.
enum class Role { kSystem, kUser, kAssistant, kBare };

/// A piece of a turn: text, or the picture at `image_index` of Prompt::images.
struct Part {
  static constexpr std::size_t kNoImage = static_cast<std::size_t>(-1);
  std::string text;
  std::size_t image_index = kNoImage;
  [[nodiscard]] bool is_image() const noexcept { return image_index != kNoImage; }
};

/// Pictures before the first text of a turn are *attached*: the family places them as its own chat function does (InternVL: one
/// `<image>\n`, or a line `Image-k: <image>` each). A picture after some text stands exactly there, and nothing is added around it.
struct Turn {
  Role role = Role::kUser;
  std::vector<Part> parts;
};

/// What we ask. The chat template, the default system text and the picture tokens are the model's business. An assistant's turn at the end is
/// the beginning of the reply, which goes on behind it.
struct Prompt {
  std::vector<Turn> turns;
  std::vector<ImageInput> images;
};

struct Decoding {
  int max_new_tokens = 1024;
  int min_new_tokens = 0;
  bool do_sample = false;  ///< false: greedy or beam search, and the four fields below are ignored
  double temperature = 1.0;
  double top_p = 1.0;
  int top_k = 0;  ///< 0: all tokens
  std::uint64_t seed = 0;
  double repetition_penalty = 1.0;  ///< logits of tokens that the reply has already: divided by this where positive, multiplied where not
  int beams = 1;                    ///< over 1: beam search over this many, which does not sample, and looks at `stop` only at the end
  double length_penalty = 1.0;      ///< of beam search: a reply is worth its log-probability / length^this
  /// When beam search ends, once it has kept as many replies as it has beams.
  enum class EarlyStopping {
    kNo,     ///< when the best one in the making would not be worth more if it ended now
    kYes,    ///< at once
    kNever,  ///< when it could not be worth more at any length
  } early_stopping = EarlyStopping::kNo;
  std::vector<std::string> stop;  ///< stop strings beside the model's own end tokens; cut from the reply
};

struct Request {
  std::string id;  ///< comes back with the generation
  Prompt prompt;
  std::vector<std::string> options;  ///< when not empty: rank these continuations by likelihood
  bool writes_too = false;           ///< with options: false: the likeliest one is the reply; true: a reply is written all the same
  Decoding decoding;
  std::optional<int> max_tiles;  ///< most tiles a picture may be cut into; nothing: as the checkpoint's config says
  bool ranks_per_token = false;  ///< with options: the likeliest by the mean over its tokens, which is the least perplexity, instead of their sum
};

enum class Finish { kStop, kLength, kRanked };

/// Milliseconds this request cost in each stage. Work that was shared is counted once, for the request that caused it.
struct StageTimes {
  double image_decode_ms = 0;
  double preprocess_ms = 0;
  double encode_ms = 0;
  double prefill_ms = 0;
  double decode_ms = 0;
};

/// What an endpoint said of a request, for models that somebody else serves. -1: it did not say.
struct EndpointUse {
  std::string model;          ///< what it says has answered
  std::string finish_reason;  ///< in its own words
  std::int64_t prompt_tokens = -1;
  std::int64_t completion_tokens = -1;
  int attempts = 1;
  double waited_ms = 0;        ///< before the attempt that counted: for its turn, and after refusals
  double first_token_ms = -1;  ///< from that attempt's beginning to the first piece of text; -1: the reply came as a whole
  double reply_ms = 0;         ///< from that attempt's beginning to the last byte
};

/// What the model wrote.
struct Generation {
  std::string reply;                    ///< decoded without special tokens, white space stripped at both ends
  std::vector<std::int64_t> token_ids;  ///< as generated, the end token included when there was one
  Finish finish = Finish::kStop;
  std::vector<double> option_log_probabilities;  ///< one per Request::options: sum over its tokens, natural logarithm
  std::vector<std::int64_t> option_token_counts;  ///< one per Request::options
  std::int64_t prompt_token_count = 0;
  std::int64_t reused_token_count = 0;  ///< of the prompt's first tokens, those that an earlier question had run already
  bool is_audited = false;              ///< it was run again by itself, with the same logits and the same reply
  std::int64_t tile_count = 0;
  std::vector<std::string> image_digests;  ///< of the decoded pixels, one per picture, hexadecimal
  std::string prompt_digest;               ///< of the exact token ids sent, hexadecimal
  StageTimes times;
  std::optional<EndpointUse> endpoint;  ///< then token ids, tiles, digests and times are not known, and empty
};

/// Hands out requests. Called from the model's own thread, one call at a time.
class RequestSource {
 public:
  virtual ~RequestSource() = default;
  /// The next request, or nothing when there are no more.
  virtual std::optional<Request> next() = 0;
  /// True once the run should end early: the model returns soon and reports nothing for what it had not finished.
  [[nodiscard]] virtual bool is_cancelled() const { return false; }
};

/// Takes finished generations, in any order, one call at a time. What it throws ends the run and passes through Vlm::run.
class GenerationSink {
 public:
  virtual ~GenerationSink() = default;
  /// A further request to serve next, for dialogues; usually nothing.
  virtual std::optional<Request> finish(const std::string& request_id, Result<Generation> generation) = 0;
};

/// All that is known of a model that somebody else serves.
struct EndpointCard {
  std::string url;
  std::string model;     ///< the name it is served under
  std::string pictures;  ///< the form in which they are sent: "file", "png", "jpeg:95"
};

/// What a manifest has to know about a model.
struct ModelCard {
  std::string name;          ///< folder or endpoint name
  std::string family;        ///< "internvl"
  std::string dtype;         ///< "float32", "bfloat16"
  std::string weights;       ///< "int8": the language model's linear layers; empty: as the checkpoint has them
  std::string chat_template; ///< name of the template in force
  std::string system_text;   ///< system text in force; empty: no system turn
  std::string pipeline_digest;  ///< of everything between file bytes and the encoder's input
  std::string settings_digest;  ///< of what the checkpoint says beside its weights: config, tokenizer, templates
  std::int64_t parameter_count = 0;
  std::string engine;  ///< library, version, device, threads
  std::optional<EndpointCard> endpoint;  ///< then what the checkpoint would say is empty
};

/// How one picture enters a prompt.
struct ImageView {
  std::string name;
  std::string digest;
  int width = 0, height = 0;            ///< pixels, as decoded
  int grid_columns = 0, grid_rows = 0;  ///< tiles of the main grid
  int tile_count = 0;                   ///< with the thumbnail
  std::int64_t token_count = 0;
};

/// The exact prompt, for people who check us.
struct PromptView {
  std::string text;  ///< after the chat template; each run of picture tokens written once, as `<IMG_CONTEXT>*256`
  std::vector<std::int64_t> token_ids;
  std::vector<ImageView> images;
  std::vector<std::string> stop;
};

/// A dense float32 array, row major.
struct FloatArray {
  std::vector<std::int64_t> shape;
  std::vector<float> values;
};

class Vlm {
 public:
  virtual ~Vlm() = default;
  [[nodiscard]] virtual const ModelCard& card() const = 0;
  /// Of all weights, for a manifest. Reads every one of them, so it is asked for only where a run begins.
  [[nodiscard]] virtual std::string weights_digest() const = 0;

  /// Serves requests until the source has no more and every one is finished. A request that fails is finished with a SampleFailure.
  /// Throws ModelError for what ends the run (out of memory, a broken engine).
  virtual void run(RequestSource& source, GenerationSink& sink) = 0;

  /// The prompt as run() would send it, without running the model.
  virtual Result<PromptView> view_prompt(const Request& request);
  /// What the encoder would see.  Shape [tiles, 3, side, side]
  virtual Result<FloatArray> view_pixels(const ImageInput& image, std::optional<int> max_tiles);
  /// Logits of the token after the prompt.  Shape [V]
  virtual Result<FloatArray> view_logits(const Request& request);
};

enum class DType { kAuto, kFloat32, kBFloat16, kFloat16 };

/// How the language model's linear layers are kept. kInt8: 8 bits a weight and one scale for each output channel; activations stay in the dtype. Decode
/// steps then read half of what bfloat16 has them read, and replies are another model's, nearly the same.
enum class WeightForm { kModel, kInt8 };

struct ImageLimits {
  std::int64_t max_pixels = 178'956'970;        ///< Pillow's own limit for a decompression bomb (2 × 89,478,485)
  std::int64_t max_bytes = 512LL * 1024 * 1024; ///< of the encoded file
};

struct VlmOptions {
  DType dtype = DType::kAuto;  ///< kAuto: the checkpoint's own
  WeightForm weights = WeightForm::kModel;
  std::string device = "cpu";  ///< "cpu", "cuda", "cuda:1": what LibTorch has
  int threads = 0;             ///< compute threads; 0: one per core
  int image_threads = 0;       ///< threads that read, decode and tile ahead; 0: one per core
  int batch = 16;              ///< rows decoded together at the most: one a request, or one for each of its beams
  std::int64_t kv_bytes = std::int64_t{4} << 30;  ///< of keys and values that replies under way may come to need; one reply is always under way
  int encoder_batch = 4;       ///< tiles encoded together at the most
  std::int64_t prefix_bytes = std::int64_t{512} << 20;  ///< of keys and values held for the next question on a picture; 0: none
  std::string feature_folder;  ///< where pictures' features are kept for the next run with this encoder; empty: nowhere
  /// Without the promise that a reply depends on its request alone: LibTorch may choose kernels by the number of rows, and off the CPU prompts and replies are
  /// computed together. Nothing is audited then.
  bool is_fast = false;
  double audit_share = 0.01;   ///< of the requests: run again by themselves; a bit that differs ends run() with a ModelError
  std::uint64_t audit_seed = 0;  ///< which ones
  std::optional<std::string> chat_template;  ///< by name, in place of the checkpoint's
  std::optional<std::string> system_text;    ///< in place of the checkpoint's; empty: no system turn
  ImageLimits image_limits;
  bool blanks_pictures = false;  ///< every picture becomes one plain colour of its own size: what is left is what the model guesses
};

/// Opens the checkpoint folder at `path`; the family is told from its config.json.
/// Throws ConfigError for a path or option that cannot be, ModelError for a checkpoint that does not fit.
[[nodiscard]] std::unique_ptr<Vlm> open_vlm(const std::string& path, const VlmOptions& options);

}  // namespace assay
