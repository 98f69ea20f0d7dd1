#pragma once
#include <string_view>

/// The words that the Penn Treebank tokenizer knows. All are in lower case and match any case; a capital stands for that capital only.
namespace assay::ptb {

/// Months, days, states, companies: their full stop belongs to them.
inline constexpr std::string_view kAbbreviations[] = {
    "al",   "ala",  "apr",  "ariz", "Ark",  "assn", "aug",  "Az",    "bancorp", "bhd",  "bldg", "blvd",  "bros", "calif", "co",    "colo", "conn",
    "corp", "cos",  "ct",   "dak",  "dec",  "Del",  "ed.d", "esq",   "est",     "etc",  "ext",  "feb",   "fla",  "fri",   "ga",    "Ill",  "inc",
    "ind",  "intl", "jan",  "jr",   "jul",  "jun",  "kan",  "kans",  "ky",      "La",   "ltd",  "mar",   "Mass", "md",    "mich",  "minn", "Miss",
    "mo",   "mon",  "mont", "neb",  "nev",  "nov",  "oct",  "okla",  "Ore",     "Pa",   "penn", "ph.d",  "plc",  "pptes", "ppte",  "ppty", "pptys",
    "pte",  "ptes", "pty",  "ptys", "rd",   "rt",   "sep",  "sept",  "seq",     "sq",   "sr",   "sys",   "tel",  "tenn",  "Tex",   "thu",  "thurs",
    "tue",  "tues", "univ", "va",   "vt",   "Wash", "wed",  "wis",   "wisc",    "wyo"};

/// Titles, and what else stands before a name.
inline constexpr std::string_view kTitles[] = {
    "a.k.a", "adj",  "adm",  "adv", "alex", "assoc", "asst", "atty",  "attys", "ave",   "brig", "capt", "cf",    "cie",   "cmdr",  "col",  "comdr",
    "cpl",   "dept", "det",  "dr",  "drs",  "elec",  "ens",  "ft",    "gen",   "gov",   "govs", "hon",  "insp",  "invt",  "jos",   "lieut", "lt",
    "maj",   "messrs", "mfg", "Miss", "mlle", "mme", "mr",   "mrs",   "ms",    "msgr",  "mt",   "mtg",  "natl",  "pfc",   "ph",    "pres", "prof",
    "profs", "pvt",  "rep",  "reps", "rev", "sen",   "sens", "sfc",   "sgt",   "spc",   "st",   "ste",  "supt",  "supts", "treas", "vs",   "wm"};

/// Abbreviations only where a number follows.
inline constexpr std::string_view kBeforeNumbers[] = {"art", "bldg", "ca", "fig", "figs", "no", "nos", "op", "pp", "prop"};

/// Words that begin a sentence: before them the full stop of a single letter is one.
inline constexpr std::string_view kSentenceStarts[] = {
    "A",    "About", "According", "Additionally", "After", "An",  "As",   "At",    "But",  "Earlier", "He",   "Her",   "Here",  "However", "If", "In",
    "It",   "Last",  "Many",      "More",         "Mr.",   "Ms.", "Now",  "Once",  "One",  "Other",   "Our",  "She",   "Since", "So",      "Some",
    "Such", "That",  "The",       "Their",        "Then",  "There", "These", "They", "This", "We",     "What", "When",  "While", "Yet",     "You"};

inline constexpr std::string_view kFileEndings[] = {
    "bat", "bmp", "c",   "cgi", "class", "cpp", "dll", "doc", "docx", "exe", "gif", "gz",  "h",   "htm", "html", "jar", "java", "jpeg",
    "jpg", "mov", "mp3", "pdf", "php",   "pl",  "png", "ppt", "ps",   "py",  "sql", "tar", "txt", "wav", "x",    "xml", "zip"};

/// Words that keep the apostrophe they are written with.
inline constexpr std::string_view kApostropheWords[] = {"'cause", "'em", "'til",  "'till", "'twas",   "c'mon",     "cont'd", "cont'd.",  "dunkin'", "e'er",
                                                        "ev'ry",  "li'l", "nat'l", "nor'easter", "o'o", "ol'", "s'mores", "somethin'"};

/// The Treebank's own.
inline constexpr std::string_view kSpecial[] = {"-lcb-", "-lrb-", "-lsb-", "-rcb-", "-rrb-",     "-rsb-",  "anti-",
                                                "c'est", "c.d.s", "cap'n", "pro-",  "s&amp;ls", "s&amp;p-500", "s&ls", "s&p-500"};

}  // namespace assay::ptb
