#include "harness/gate/policy.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <map>
#include <set>

#include "harness/base/error.h"
#include "harness/base/file.h"
#include "harness/base/suggestion.h"
#include "harness/gate/comparability.h"

namespace assay {
namespace {

/// Reads a map's members, each by its own function; all complaints say file, line and key.
class Reader {
 public:
  Reader(std::string path, Problems& problems) : path_(std::move(path)), problems_(problems) {}

  using Members = std::map<std::string, std::function<void(const YAML::Node&, const std::string& where)>>;

  void map(const YAML::Node& node, const std::string& what, const Members& members) {
    if (node.IsNull()) return;
    if (!node.IsMap()) return complain(node, fmt::format("{} must be a map of `key: value`", what));
    std::vector<std::string> known;
    for (const auto& [name, unused] : members) known.push_back(name);
    check_keys_are_unique(node);
    for (const auto& entry : node) {
      const std::string key = entry.first.IsScalar() ? entry.first.Scalar() : "?";
      const auto found = members.find(key);
      if (found == members.end()) complain(entry.first, fmt::format("\"{}\" is no key of {}{}", key, what, suggestion(key, known)));
      else found->second(entry.second, fmt::format("\"{}\"", key));
    }
  }

  /// YAML forbids a key twice, which yaml-cpp lets pass: the last would count in silence.
  void check_keys_are_unique(const YAML::Node& map) {
    std::set<std::string> seen;
    for (const auto& entry : map)
      if (entry.first.IsScalar() && !seen.insert(entry.first.Scalar()).second) complain(entry.first, fmt::format("\"{}\" stands here for the second time", entry.first.Scalar()));
  }

  void number(const YAML::Node& node, const std::string& where, double low, double high, double& out) {
    double value = 0;
    if (node.IsScalar() && YAML::convert<double>::decode(node, value) && value >= low && value <= high) out = value;
    else complain(node, fmt::format("{} must be a number in [{}, {}], got {}", where, low, high, shown(node)));
  }
  void number(const YAML::Node& node, const std::string& where, double low, double high, std::optional<double>& out) {
    double value = out.value_or(low);
    number(node, where, low, high, value);
    out = value;
  }
  void flag(const YAML::Node& node, const std::string& where, bool& out) {
    if (!node.IsScalar() || !YAML::convert<bool>::decode(node, out)) complain(node, fmt::format("{} must be true or false, got {}", where, shown(node)));
  }
  void text(const YAML::Node& node, const std::string& where, std::string& out) {
    if (node.IsScalar()) out = node.Scalar();
    else complain(node, fmt::format("{} must be a text", where));
  }
  template <typename T>
  void choice(const YAML::Node& node, const std::string& where, const std::map<std::string, T>& choices, T& out) {
    const auto found = node.IsScalar() ? choices.find(node.Scalar()) : choices.end();
    if (found != choices.end()) {
      out = found->second;
      return;
    }
    std::vector<std::string> names;
    for (const auto& [name, unused] : choices) names.push_back(name);
    complain(node, fmt::format("{} must be one of {}, got {}", where, fmt::join(names, ", "), shown(node)));
  }
  void date(const YAML::Node& node, const std::string& where, std::string& out) {
    text(node, where, out);
    constexpr std::string_view kForm = "0000-00-00";
    bool fits = out.size() == kForm.size();
    for (std::size_t i = 0; fits && i < kForm.size(); ++i) fits = kForm[i] == '-' ? out[i] == '-' : out[i] >= '0' && out[i] <= '9';
    if (fits) fits = is_in_calendar(out);
    if (!fits) complain(node, fmt::format("{} must be a date like 2026-12-31, got {}", where, shown(node)));
  }
  void complain(const YAML::Node& node, const std::string& text) { problems_.push_back(fmt::format("{}:{}: {}", path_, node.Mark().line + 1, text)); }

 private:
  static bool is_in_calendar(const std::string& date) {
    const auto number = [&](std::size_t begin, std::size_t count) { return std::stoi(date.substr(begin, count)); };
    const std::chrono::year_month_day day{std::chrono::year(number(0, 4)), std::chrono::month(static_cast<unsigned>(number(5, 2))),
                                          std::chrono::day(static_cast<unsigned>(number(8, 2)))};
    return day.ok();
  }
  static std::string shown(const YAML::Node& node) { return node.IsScalar() ? fmt::format("\"{}\"", node.Scalar()) : "something else"; }

  std::string path_;
  Problems& problems_;
};

void read_budgets(Reader& reader, const YAML::Node& node, Budgets& budgets) {
  const auto share = [&reader](double& out) {
    return [&reader, &out](const YAML::Node& value, const std::string& where) { reader.number(value, where, 0, 1, out); };
  };
  reader.map(node, "budgets",
             {{"error", share(budgets.error)},
              {"judge-failed", share(budgets.judge_failed)},
              {"empty", share(budgets.empty)},
              {"truncated", share(budgets.truncated)},
              {"unparsed", share(budgets.unparsed)},
              {"reply-length", share(budgets.reply_length)}});
}

void read_speed(Reader& reader, const YAML::Node& node, SpeedRule& speed) {
  double repetitions = static_cast<double>(speed.repetitions);
  speed.line = node.Mark().line + 1;
  reader.map(node, "speed",
             {{"least-change", [&](const YAML::Node& v, const std::string& where) { reader.number(v, where, 0.001, 0.9, speed.least_change); }},
              {"repetitions", [&](const YAML::Node& v, const std::string& where) { reader.number(v, where, 2, 10'000, repetitions); }}});
  speed.repetitions = static_cast<std::int64_t>(repetitions);
}

MetricRule read_rule(Reader& reader, const std::string& name, const YAML::Node& node, std::int64_t line) {
  MetricRule rule;
  const auto slash = name.find('/');
  rule.benchmark = name.substr(0, slash);
  if (slash != std::string::npos) rule.metric = name.substr(slash + 1);
  rule.line = line;
  const auto quarantine = [&](const YAML::Node& value, const std::string&) {
    reader.map(value, "quarantine",
               {{"until", [&](const YAML::Node& v, const std::string& where) { reader.date(v, where, rule.quarantined_until); }},
                {"reason", [&](const YAML::Node& v, const std::string& where) { reader.text(v, where, rule.quarantine_reason); }}});
    if (rule.quarantined_until.empty()) reader.complain(value, "a quarantine needs \"until\", the last day it holds");
    if (rule.quarantine_reason.empty()) reader.complain(value, "a quarantine needs a \"reason\"");
  };
  reader.map(node, fmt::format("benchmarks: {}", name),
             {{"gated", [&](const YAML::Node& v, const std::string& where) { reader.flag(v, where, rule.is_gated); }},
              {"margin", [&](const YAML::Node& v, const std::string& where) { reader.number(v, where, 0.001, 50, rule.margin); }},
              {"floor", [&](const YAML::Node& v, const std::string& where) { reader.number(v, where, -1e6, 1e6, rule.floor); }},
              {"ratio", [&](const YAML::Node& v, const std::string& where) { reader.number(v, where, 0, 10, rule.ratio); }},
              {"quarantine", quarantine}});
  return rule;
}

void read_rules(Reader& reader, const YAML::Node& node, std::vector<MetricRule>& rules) {
  if (!node.IsMap()) return reader.complain(node, "\"benchmarks\" must be a map: `name:` or `name/metric:`, and what is asked of it");
  reader.check_keys_are_unique(node);
  for (const auto& entry : node) rules.push_back(read_rule(reader, entry.first.Scalar(), entry.second, entry.first.Mark().line + 1));
}

void read_waived(Reader& reader, const YAML::Node& node, std::vector<std::string>& waived) {
  waived.clear();
  if (!node.IsSequence() && !node.IsNull()) return reader.complain(node, "\"waive\" must be a list, like [weights, engine]");
  for (const auto& item : node) {
    const std::string name = item.IsScalar() ? item.Scalar() : "";
    if (!may_be_waived(name)) reader.complain(item, fmt::format("\"{}\" is nothing that can be waived{}", name, suggestion(name, waivable_groups())));
    waived.push_back(name);
  }
}

void read_root(Reader& reader, const YAML::Node& root, Policy& policy) {
  const std::map<std::string, Verdict> inconclusive = {{"inconclusive", Verdict::kInconclusive}, {"pass", Verdict::kPass}, {"fail", Verdict::kFail}};
  const std::map<std::string, Verdict> suspect = {{"suspect", Verdict::kSuspect}, {"pass", Verdict::kPass}, {"fail", Verdict::kFail}};
  const std::map<std::string, Decision> real_drop = {{"fail", Decision::kFail}, {"suspect", Decision::kSuspect}};
  double draws = static_cast<double>(policy.draws), seed = static_cast<double>(policy.seed);
  reader.map(root, "a policy",
             {{"alpha", [&](const YAML::Node& v, const std::string& where) { reader.number(v, where, 0.0001, 0.25, policy.alpha); }},
              {"margin", [&](const YAML::Node& v, const std::string& where) { reader.number(v, where, 0.001, 50, policy.margin); }},
              {"real-drop", [&](const YAML::Node& v, const std::string& where) { reader.choice(v, where, real_drop, policy.real_drop); }},
              {"inconclusive", [&](const YAML::Node& v, const std::string& where) { reader.choice(v, where, inconclusive, policy.inconclusive); }},
              {"suspect", [&](const YAML::Node& v, const std::string& where) { reader.choice(v, where, suspect, policy.suspect); }},
              {"waive", [&](const YAML::Node& v, const std::string&) { read_waived(reader, v, policy.waived); }},
              {"exact", [&](const YAML::Node& v, const std::string& where) { reader.flag(v, where, policy.is_exact); }},
              {"baseline-digest", [&](const YAML::Node& v, const std::string& where) { reader.text(v, where, policy.baseline_digest); }},
              {"draws", [&](const YAML::Node& v, const std::string& where) { reader.number(v, where, 100, 1e6, draws); }},
              {"seed", [&](const YAML::Node& v, const std::string& where) { reader.number(v, where, 0, 9e15, seed); }},
              {"budgets", [&](const YAML::Node& v, const std::string&) { read_budgets(reader, v, policy.budgets); }},
              {"speed", [&](const YAML::Node& v, const std::string&) { read_speed(reader, v, policy.speed); }},
              {"benchmarks", [&](const YAML::Node& v, const std::string&) { read_rules(reader, v, policy.rules); }}});
  policy.draws = static_cast<std::size_t>(draws), policy.seed = static_cast<std::uint64_t>(seed);
}

}  // namespace

Policy read_policy(const std::string& path, Problems& problems) {
  Policy policy;
  policy.file = path;
  try {
    Reader reader(path, problems);
    read_root(reader, YAML::Load(read_file(path)), policy);
  } catch (const DataError& error) {
    problems.push_back(fmt::format("cannot open this policy: {}", error.what()));
  } catch (const YAML::Exception& error) {
    problems.push_back(fmt::format("{}:{}:{}: not YAML: {}", path, error.mark.line + 1, error.mark.column + 1, error.msg));
  }
  return policy;
}

MetricRule rule_for(const Policy& policy, std::string_view benchmark, std::string_view metric, bool is_main) {
  MetricRule rule;
  rule.benchmark = benchmark, rule.metric = metric, rule.is_gated = is_main;
  for (const auto& given : policy.rules)
    if (given.benchmark == benchmark && (given.metric == metric || (is_main && given.metric.empty()))) rule = given;
  rule.metric = metric;
  if (!rule.margin) rule.margin = policy.margin;
  return rule;
}

}  // namespace assay
