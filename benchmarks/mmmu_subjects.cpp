#include "benchmarks/mmmu_subjects.h"

#include <array>
#include <vector>

#include "metrics/python_text.h"

namespace assay {
namespace {

struct Subject {
  std::string_view name, domain;
};
constexpr std::array<Subject, 30> kSubjects = {{
    {"Art", "Art and Design"},
    {"Art_Theory", "Art and Design"},
    {"Design", "Art and Design"},
    {"Music", "Art and Design"},
    {"Accounting", "Business"},
    {"Economics", "Business"},
    {"Finance", "Business"},
    {"Manage", "Business"},
    {"Marketing", "Business"},
    {"Biology", "Science"},
    {"Chemistry", "Science"},
    {"Geography", "Science"},
    {"Math", "Science"},
    {"Physics", "Science"},
    {"Basic_Medical_Science", "Health and Medicine"},
    {"Clinical_Medicine", "Health and Medicine"},
    {"Diagnostics_and_Laboratory_Medicine", "Health and Medicine"},
    {"Pharmacy", "Health and Medicine"},
    {"Public_Health", "Health and Medicine"},
    {"History", "Humanities and Social Science"},
    {"Literature", "Humanities and Social Science"},
    {"Sociology", "Humanities and Social Science"},
    {"Psychology", "Humanities and Social Science"},
    {"Agriculture", "Tech and Engineering"},
    {"Architecture_and_Engineering", "Tech and Engineering"},
    {"Computer_Science", "Tech and Engineering"},
    {"Electronics", "Tech and Engineering"},
    {"Energy_and_Power", "Tech and Engineering"},
    {"Materials", "Tech and Engineering"},
    {"Mechanical_Engineering", "Tech and Engineering"},
}};

/// The parts of an id between the first and the last underscore.
std::string_view middle_of(std::string_view id) {
  const auto first = id.find('_'), last = id.rfind('_');
  return first == std::string_view::npos || first == last ? std::string_view() : id.substr(first + 1, last - first - 1);
}

}  // namespace

std::string mmmu_id(const Sample& sample) {
  const auto column = sample.fields.find("id");
  return column != sample.fields.end() && !middle_of(column->second).empty() ? column->second : sample.id;
}

std::string mmmu_subject(const Sample& sample) {
  const std::string id = mmmu_id(sample);
  const auto subject = middle_of(id);
  return subject.empty() ? sample.category : std::string(subject);
}

std::string_view mmmu_domain(std::string_view subject) {
  for (const auto& known : kSubjects) {
    if (known.name == subject) return known.domain;
  }
  return "";
}

bool is_mmmu_choice(const Sample& sample) {
  const auto type = sample.fields.find("question_type");
  return type == sample.fields.end() ? !sample.options.empty() : type->second == "multiple-choice";
}

}  // namespace assay
