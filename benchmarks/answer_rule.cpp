#include "benchmarks/answer_rule.h"

#include "benchmarks/name_pattern.h"

namespace assay {
namespace {

constexpr std::string_view kKitLetter =
    "letter_vlmevalkit: the only letter that stands alone near the end or behind \"answer is\", else the only option whose text is in the reply";
constexpr std::string_view kKitLetterReadBack =
    "letter_vlmevalkit: the only letter that stands alone near the end or behind \"answer is\", else the only option whose text is in the reply; "
    "a word for a missing cell (None, NA, ...) is the text nan";
constexpr std::string_view kInternVlLetter =
    "letter_internvl: a first letter that is an option, else the first option whose text is in the reply, else the reply as it is";
constexpr std::string_view kLmmsLetter = "letter_lmms_extract: every spelling of a letter is a candidate; the surest and then the last one wins";
constexpr std::string_view kXComposerLetter = "letter_xcomposer: the first of A to Z anywhere, else Z";
constexpr std::string_view kPopeFirstSentence = "yes_no_pope: no where the first sentence has the word no, No or not, else yes";
constexpr std::string_view kKitYesNo = "yes_no_vlmevalkit: the word yes or the word no anywhere, but not both; a word for a missing cell is the text nan";
constexpr std::string_view kKitYesNoJudged = "as vlmevalkit; what it cannot read a judge is asked about: Yes, No or Unknown";
constexpr std::string_view kRelaxed = "relaxed_match: a number within 5 % of the label, else equal but for letter case";
constexpr std::string_view kAnls = "anls: 1 - edit distance / length to the nearest answer, 0 below one half";
constexpr std::string_view kAnlsReadBack = "anls: 1 - edit distance / length to the nearest answer, 0 below one half; a word for a missing cell is the text nan";
constexpr std::string_view kVqaScript = "vqa_answer_official: normalised only where the ten answers differ; the share of others who agree, three of them count as all";
constexpr std::string_view kVqaEvalAi = "vqa_answer_evalai: always normalised, by EvalAI's processor (commas and question marks gone, 's apart)";
constexpr std::string_view kVqaKit = "vqa_answer_vlmevalkit: always normalised, a full stop beside a digit stays; a word for a missing cell is the text nan";
constexpr std::string_view kVqaLmms = "vqa_answer_official: always normalised, by the official functions";
constexpr std::string_view kVqaHandedIn = "vqa_answer_evalai, then vqa_answer_official: through EvalAI's processor as it is handed in, then as the official script";
constexpr std::string_view kGqa = "exact_answer_gqa: trailing full stops gone, lower case, equal to the label as it stands";
constexpr std::string_view kStripped = "exact_answer_stripped: reply and label stripped, in lower case, equal";
constexpr std::string_view kStrippedReadBack = "exact_answer_stripped: reply and label stripped, in lower case, equal; a word for a missing cell is the text nan";
constexpr std::string_view kLmmsExact = "exact_answer_lmms: reply and label in lower case without ASCII punctuation, equal; white space counts";
constexpr std::string_view kCaption = "ptb_captions: Treebank tokens; a caption by itself is worth its ROUGE-L";
constexpr std::string_view kRawCaption = "raw words, letter case and all; a caption by itself is worth its ROUGE-L";
constexpr std::string_view kOcrByType = "contains_answer: an answer in the reply, both lower case, stripped, line feeds as spaces; formulas, known by the question's type, "
                                        "without white space; a word for a missing cell is the text nan";
constexpr std::string_view kMathVista =
    "normalize_extraction: the reply itself or a judge's extraction as the nearest choice or a number, whole ones through float; equal to the label";
constexpr std::string_view kGradeInFront = "read_grade: what stands before the first space of the judge's reply";
constexpr std::string_view kScorePair = "read_score_pair: the judge's two scores in the first line; the model's is the second";
constexpr std::string_view kInternVlBox =
    "read_box: the first [a,b,c,d], thousandths where they add up to 4 or more, else shares; right from an IoU of .5 on";

struct Rule {
  std::string_view benchmark;  ///< a name, or with * behind it the beginning of several
  std::string_view profile;
  std::string_view text;
};
/// The first row that fits counts.
constexpr Rule kRules[] = {
    {"ai2d_test*", "official", kKitLetter},
    {"ai2d_test*", "vlmevalkit", kKitLetterReadBack},
    {"ai2d_test*", "lmms-eval", "letter_lmms_ai2d: a capital letter with a full stop at the start, else the whole reply but for case and ASCII punctuation"},
    {"ai2d_test*", "internvl", "the whole reply, stripped, is the letter in either case"},
    {"ai2d_test*", "xcomposer", kXComposerLetter},
    {"mmbench_*", "official", kKitLetter},
    {"mmbench_*", "vlmevalkit", kKitLetterReadBack},
    {"mmbench_*", "lmms-eval", "letter_lmms_mmbench: the only one of A to E that stands alone, else the only option of A to D whose text is in the reply"},
    {"mmbench_*", "lmms-eval-static", "letter_lmms_mmbench, and what that leaves open by letter_lmms_extract: the surest and then the last spelling of a letter"},
    {"mmbench_*", "internvl", kInternVlLetter},
    {"mmbench_*", "vlmevalkit-judged", "as vlmevalkit; what it cannot read a judge is asked about, whose answer is read by the same rule"},
    {"mmbench_*", "lmms-eval-judged", "as lmms-eval; what it cannot read a judge is asked about, whose answer is read by the same rule"},
    {"chartqa_test", "official", kRelaxed},
    {"chartqa_test", "vlmevalkit", "relaxed_match: the stripped reply, a number within 5 % of the label, else equal but for letter case; a word for a missing cell is "
                                   "the text nan"},
    {"chartqa_test", "lmms-eval", kRelaxed},
    {"chartqa_test", "internvl", "relaxed_match with its sides exchanged: the label within 5 % of the stripped reply, else equal but for letter case"},
    {"coco_*", "vlmevalkit", kRawCaption},
    {"flickr30k_test", "vlmevalkit", kRawCaption},
    {"nocaps_val", "vlmevalkit", kRawCaption},
    {"coco_*", "*", kCaption},
    {"flickr30k_test", "*", kCaption},
    {"nocaps_val", "*", kCaption},
    {"convbench", "official", "read_preference: which response the judge calls better, else its rating; the share of four comparisons won"},
    {"docvqa_*", "vlmevalkit", kAnlsReadBack},
    {"docvqa_*", "*", kAnls},
    {"infovqa_*", "vlmevalkit", kAnlsReadBack},
    {"infovqa_*", "*", kAnls},
    {"gqa_testdev", "vlmevalkit", kStrippedReadBack},
    {"gqa_testdev", "lmms-eval", kLmmsExact},
    {"gqa_testdev", "*", kGqa},
    {"ocrvqa_*", "vlmevalkit", kStrippedReadBack},
    {"ocrvqa_*", "lmms-eval", kLmmsExact},
    {"ocrvqa_*", "*", kStripped},
    {"hallusion_bench", "official", "the judge's grade where the file brings one, else yes_no_vlmevalkit: the word yes or the word no, but not both; an unclear reply "
                                    "is right where there is no figure"},
    {"hallusion_bench", "lmms-eval", "as official, on the questions with a figure"},
    {"hallusion_bench", "official-judged", "the grade that the file brings, else a judge's word: incorrect, correct or unclear; an unclear reply is right where there is no figure"},
    {"hallusion_bench", "official-consistency-judged", "as official-judged; a judge also says if the reply agrees with the one about the original figure: same or different"},
    {"hallusion_bench", "lmms-eval-judged", "as official-judged, on the questions with a figure"},
    {"hallusion_bench", "vlmevalkit-judged", kKitYesNoJudged},
    {"hallusion_bench", "vlmevalkit", kKitYesNo},
    {"hallusion_bench", "internvl", kKitYesNo},
    {"hallusion_bench", "xcomposer", "yes_no_xcomposer_hallusion: yes where the reply contains yes in either case, else no"},
    {"llava_bench_wild", "*", kScorePair},
    {"mathvista_*", "official-2023", "normalize_extraction: as official, but whole numbers are not read through float (3.0 is none)"},
    {"mathvista_*", "vlmevalkit", "letters by letter_vlmevalkit, whole numbers and numbers by value, all else never right; of the reply, else of a judge's extraction; a "
                                  "word for a missing cell is the text nan"},
    {"mathvista_*", "lmms-eval", "normalize_extraction: as official, but both sides are compared as stripped texts"},
    {"mathvista_*", "*", kMathVista},
    {"mmdu", "*", "read_score_dict: the dict at the end of each turn's judgement; the mean of the overall scores"},
    {"mme", "official", "yes_no_mme: lower case, exactly yes or no, else what the first four letters hold"},
    {"mme", "vlmevalkit", kKitYesNo},
    {"mme", "vlmevalkit-judged", kKitYesNoJudged},
    {"mme", "lmms-eval", "yes_no_lmms_mme: stripped, without full stops, a single y or n counts; else what the first four letters hold"},
    {"mme", "internvl", "yes_no_mme of internvl_mme_text: Chinese words for yes and no, true and false are replaced first"},
    {"mmmu_*", "official", "letter_mmmu: (X), else X between spaces, else an option's text, the last of several; open questions by parse_mmmu_open: a number or text read "
                           "contains the label"},
    {"mmmu_*", "vlmevalkit", "letter_vlmevalkit; an open question is a choice between the label and \"Other Answers\"; a word for a missing cell is the text nan"},
    {"mmmu_*", "lmms-eval", "letter_lmms_mmmu: as official, but X needs no space before it and X. counts; open questions as official"},
    {"mmmu_*", "internvl", "letter_internvl: a first letter that is an option, else the first option whose text is in the reply; open questions as official"},
    {"mmmu_*", "xcomposer", "letter_xcomposer: the first of A to Z anywhere, else Z; open questions as official, of the reply in lower case"},
    {"mmstar", "official", "letter_mmstar: the letter comes first, or behind (, option or \"the answer is\""},
    {"mmstar", "lmms-eval", kLmmsLetter},
    {"mmstar", "*", kKitLetterReadBack},
    {"mmvet", "vlmevalkit", "read_whole_grade: the judge's whole reply is the grade"},
    {"mmvet", "*", kGradeInFront},
    {"ocrbench", "official", "contains_answer: an answer in the reply, both lower case, stripped, line feeds as spaces; formulas, known by their data set, without white space"},
    {"ocrbench", "lmms-eval", "contains_answer: as official, and full-width letters are made narrow first"},
    {"ocrbench", "*", kOcrByType},
    {"okvqa_val", "official", kVqaScript},
    {"okvqa_val", "vlmevalkit", kVqaKit},
    {"okvqa_val", "*", kVqaEvalAi},
    {"pope", "vlmevalkit", kKitYesNo},
    {"pope", "vlmevalkit-judged", kKitYesNoJudged},
    {"pope", "lmms-eval", "lmms_pope_text: lower case, stripped, exactly yes or no"},
    {"pope", "xcomposer", "yes_no_xcomposer_pope: no where the reply is exactly no, else yes"},
    {"pope", "*", kPopeFirstSentence},
    {"q_bench_*", "official", kKitLetter},
    {"q_bench_*", "vlmevalkit", kKitLetterReadBack},
    {"q_bench_*", "lmms-eval", "letter_lmms_mmmu: (X), else \"X \", else X., else an option's text; the last of several"},
    {"q_bench_*", "internvl", kInternVlLetter},
    {"q_bench_*", "xcomposer", kXComposerLetter},
    {"realworldqa", "official", kKitLetter},
    {"realworldqa", "lmms-eval", "letter_lmms_extract for a letter; a number or a word must be the whole reply, but for case and full stops at its end"},
    {"realworldqa", "*", kKitLetterReadBack},
    {"refcoco*", "vlmevalkit", "read_box: the first [a b c d], else the first four numbers; shares up to 1.5, thousandths up to 1000, else pixels; right from an IoU of .5 on"},
    {"refcoco*", "lmms-eval", "read_box: the first [a, b, c, d] as shares of the picture; right from an IoU of .5 on"},
    {"refcoco*", "qwen", "read_box: the first (a,b),(c,d) of 999; right from an IoU of .5 on"},
    {"refcoco*", "minigpt4", "read_box: the first four whole numbers as hundredths, areas counted in pixels; right above an IoU of .5"},
    {"refcoco*", "*", kInternVlBox},
    {"scienceqa_*", "official", "the choice that the result file records, else letter_scienceqa: \"The answer is X\", once"},
    {"scienceqa_*", "vlmevalkit", kKitLetterReadBack},
    {"scienceqa_*", "lmms-eval", "letter_lmms_scienceqa: the whole reply is a letter in either case, or it begins with a capital letter and a full stop"},
    {"scienceqa_*", "internvl", kInternVlLetter},
    {"scienceqa_*", "llava", "letter_llava_scienceqa: the reply is one of A to E, or begins with \"X. \", else \"The answer is X\", once"},
    {"seed_bench*", "official", "the whole reply, stripped, is the letter; asked as official, the letter of the text with the least mean loss"},
    {"seed_bench*", "vlmevalkit", kKitLetterReadBack},
    {"seed_bench*", "lmms-eval", "letter_first of the stripped reply, in either case"},
    {"seed_bench*", "internvl", "letter_first: the first letter of the reply as it is, whatever it is"},
    {"seed_bench*", "llava", "the reply as it stands is the letter"},
    {"textvqa_val", "vlmevalkit", kVqaKit},
    {"textvqa_val", "*", kVqaEvalAi},
    {"vizwiz_*", "official", kVqaScript},
    {"vizwiz_*", "vlmevalkit", kVqaKit},
    {"vizwiz_*", "llava", kVqaHandedIn},
    {"vizwiz_*", "*", kVqaEvalAi},
    {"vqav2_*", "official", kVqaScript},
    {"vqav2_*", "vlmevalkit", kVqaKit},
    {"vqav2_*", "lmms-eval", kVqaLmms},
    {"vqav2_*", "llava", kVqaHandedIn},
    {"vqav2_*", "*", kVqaEvalAi},
};

}  // namespace

std::string_view answer_rule(std::string_view benchmark, std::string_view profile) {
  if (benchmark == "ccbench") benchmark = "mmbench_cc";  // one family, one table of profiles
  for (const auto& rule : kRules) {
    if (fits_pattern(rule.benchmark, benchmark) && fits_pattern(rule.profile, profile)) return rule.text;
  }
  return "";
}

}  // namespace assay
