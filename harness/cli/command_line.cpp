#include "harness/cli/command_line.h"

#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <map>
#include <system_error>
#include <type_traits>

#include "harness/base/error.h"
#include "harness/base/number.h"
#include "harness/base/suggestion.h"

namespace assay {
namespace {

std::string quoted(const std::string& word) {
  const bool is_plain = !word.empty() && word.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                                                "_-./,=:+@%") == std::string::npos;
  if (is_plain) return word;
  std::string text;
  for (const char c : word) c == '\'' ? text += "'\\''" : text += c;
  return fmt::format("'{}'", text);
}

}  // namespace

struct CommandLine::Parts {
  Parts(const std::string& verb_name, const std::string& description) : verb(verb_name), app(description, "assay " + verb_name) {}

  /// "--name", remembered for suggestions.
  std::string option(const std::string& name) {
    known.push_back("--" + name);
    return known.back();
  }

  std::string verb;
  CLI::App app;
  std::vector<std::string> known = {"--help"};
};

CommandLine::CommandLine(const std::string& verb, const std::string& description, const std::string& examples)
    : parts_(std::make_unique<Parts>(verb, description)) {
  parts_->app.footer("Examples:\n" + examples);
  parts_->app.allow_extras();  // collected, so that they can be told with a suggestion
  parts_->app.get_formatter()->column_width(34);
}

CommandLine::~CommandLine() = default;

void CommandLine::flag(const std::string& name, bool& value, const std::string& help) {
  parts_->app.add_flag(parts_->option(name), value, help);
}

void CommandLine::text(const std::string& name, std::string& value, const std::string& help) {
  parts_->app.add_option(parts_->option(name), value, help);
}

void CommandLine::list(const std::string& name, std::vector<std::string>& values, const std::string& help) {
  parts_->app.add_option(parts_->option(name), values, help)->allow_extra_args(false)->delimiter(',');
}

void CommandLine::texts(const std::string& name, std::vector<std::string>& values, const std::string& help) {
  parts_->app.add_option(parts_->option(name), values, help)->allow_extra_args(false);
}

void CommandLine::argument(const std::string& name, std::string& value, const std::string& help) {
  parts_->app.add_option(name, value, help);
}

void CommandLine::arguments(const std::string& name, std::vector<std::string>& values, const std::string& help) {
  parts_->app.add_option(name, values, help);
}

void CommandLine::fields(RawValues& values, const std::vector<std::string_view>& names) {
  const auto take = [&values](const std::string& name) {
    return [&values, name](const std::vector<std::string>& texts) {
      values[name] = RawValue{texts, "--" + name};
      return true;
    };
  };
  const RunConfig defaults;
  std::map<std::string_view, std::string> default_texts;
  for (const auto& [field, text] : field_texts(defaults)) default_texts[field.name] = text;
  visit(defaults, [&]<typename T>(const Field& field, const T&) {
    if (!names.empty() && std::find(names.begin(), names.end(), field.name) == names.end()) return;
    const std::string name(field.name);
    const std::string option_name = parts_->option(name);
    if constexpr (std::is_same_v<T, bool>) {
      parts_->app.add_flag_callback(option_name, [&values, name] { values[name] = RawValue{{"true"}, "--" + name}; }, std::string(field.help));
    } else {
      const std::string& text = default_texts[field.name];
      const bool has_default = text != "null" && text != "\"\"" && text != "[]";
      auto* option = parts_->app.add_option(option_name, take(name),
                                            has_default ? fmt::format("{} [{}]", field.help, text) : std::string(field.help));
      option->type_name(std::string(field.value_name))->allow_extra_args(false)->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
    }
  });
}

bool CommandLine::parse(std::vector<std::string> arguments, Problems& problems) {
  auto& [verb, app, known] = *parts_;
  std::reverse(arguments.begin(), arguments.end());
  try {
    app.parse(arguments);
  } catch (const CLI::CallForHelp&) {
    print_out(app.help());
    return false;
  } catch (const CLI::ParseError& error) {
    throw ConfigError(fmt::format("{}; see `assay {} --help`", error.what(), verb));
  }
  bool may_be_a_value = false;  // of the unknown option before it
  for (const std::string& extra : app.remaining()) {
    if (extra.starts_with("-")) {
      const std::string name = extra.substr(0, extra.find('='));
      problems.push_back(fmt::format("assay {} has no option \"{}\"{}", verb, name, suggestion(name, known)));
      may_be_a_value = name == extra;
    } else {
      if (!may_be_a_value) problems.push_back(fmt::format("assay {}: \"{}\" is one word too many; see `assay {} --help`", verb, extra, verb));
      may_be_a_value = false;
    }
  }
  return true;
}

void print_out(std::string_view text) {
  if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size() || std::fflush(stdout) != 0)
    throw ModelError(fmt::format("stdout: cannot write: {}", std::strerror(errno)));
}

void print_log(std::string_view line) { fmt::print(stderr, "{}\n", line); }

std::string command_text(const std::vector<std::string>& words) {
  std::string text;
  for (const auto& word : words) text.append(text.empty() ? "" : " ").append(quoted(word));
  return text;
}

double points_of(const std::string& option, const std::string& text, Problems& problems) {
  const double points = parse_number<double>(text).value_or(0);
  if (!(points > 0 && points <= 50)) problems.push_back(fmt::format("{} must be a number of points in (0, 50], got \"{}\"", option, text));
  return points;
}

void check_format(const std::string& format, Problems& problems) {
  if (format != "text" && format != "json") problems.push_back(fmt::format("--format must be text or json, got \"{}\"", format));
}

bool wants_json(const std::string& format) { return format == "json"; }

std::string read_stdin() {
  std::string text;
  std::array<char, 65536> buffer{};
  for (;;) {
    const auto got = ::read(STDIN_FILENO, buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw DataError(fmt::format("stdin: cannot read: {}", std::strerror(errno)));
    if (got == 0) return text;
    text.append(buffer.data(), static_cast<std::size_t>(got));
  }
}

}  // namespace assay
