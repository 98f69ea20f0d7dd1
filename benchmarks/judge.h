#pragma once
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "benchmarks/benchmark.h"

/// Benchmarks whose replies a second model reads. A benchmark says what that judge is to be asked about a reply (judge_questions) and scores the
/// reply with what came back (Reply::judge_replies); who answers is behind one door, and every answer can be played again.
namespace assay {

/// Answers questions about replies.
class Judge {
 public:
  virtual ~Judge() = default;
  /// Questions that will be put to answer(), for a judge who can think about many at once.
  virtual void prepare(const std::vector<JudgeQuestion>& questions) { (void)questions; }
  /// Nothing where there is no answer: the reply's score is then absent, never guessed.
  [[nodiscard]] virtual std::optional<std::string> answer(const JudgeQuestion& question) = 0;
  /// What people should know of its work: how much was asked, what failed. One sentence each.
  [[nodiscard]] virtual std::vector<std::string> notes() const { return {}; }
};

/// Answers that were written down, by the id of the sample they are about; several where the judge was asked several times.
using RecordedReplies = std::map<std::string, std::vector<std::string>>;

/// Reads {"id": "answer"}, {"id": ["answer", ...]}, {"id": {"content": ...}} as MM-Vet's grade files have it, and rows or lines of {id or
/// question_id, content or reply} as LLaVA-Bench's reviews are.
/// Throws   DataError with file and line, also for an id that comes twice
[[nodiscard]] RecordedReplies read_recorded_replies(const std::filesystem::path& path);

/// Plays them again. A question with an id of its own ("v1_0/first_turn") is looked up by it; the k-th of several about a sample ("7/0", "7/1", ...) also
/// in the sample's list.
[[nodiscard]] std::unique_ptr<Judge> make_recorded_judge(RecordedReplies replies);
/// Has no answer to anything.
[[nodiscard]] std::unique_ptr<Judge> make_no_judge();

/// Asks the judge about every reply that has no answers yet, and puts them there: all that the benchmark's profile wants to know, or none. An answer that
/// cannot be read is asked for again as the question says.
void ask_judge(Judge& judge, const Benchmark& benchmark, std::string_view profile, std::vector<Reply>& replies);

/// The recorded answers of each reply's sample put there as they are, however many.
void add_recorded_replies(const RecordedReplies& recorded, std::vector<Reply>& replies);

}  // namespace assay
