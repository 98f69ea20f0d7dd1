#include "datasets/xlsx_archive.h"

#include <expat.h>
#include <fmt/format.h>
#include <zip.h>

#include <array>
#include <exception>
#include <utility>

#include "harness/base/error.h"

namespace assay {

struct XlsxArchive::Zip {
  zip_t* archive = nullptr;
  ~Zip() {
    if (archive != nullptr) zip_discard(archive);
  }
};

namespace {

constexpr char kNamespaceMark = '|';

std::string_view local_name(std::string_view name) { return name.substr(name.rfind(kNamespaceMark) + 1); }

/// Expat with our events. An exception does not pass through Expat's own code: it stops the parser and is thrown again outside.
class XmlStream {
 public:
  explicit XmlStream(const XlsxArchive::Events& events) : events_(events), parser_(XML_ParserCreateNS(nullptr, kNamespaceMark)) {
    if (parser_ == nullptr) throw std::bad_alloc();
    XML_SetUserData(parser_, this);
    XML_SetElementHandler(parser_, on_begin, on_end);
    XML_SetCharacterDataHandler(parser_, on_text);
    XML_SetStartDoctypeDeclHandler(parser_, on_document_type);
  }
  ~XmlStream() { XML_ParserFree(parser_); }
  XmlStream(const XmlStream&) = delete;
  XmlStream& operator=(const XmlStream&) = delete;

  void add(std::string_view bytes, bool is_last, const std::string& where) {
    const auto status = XML_Parse(parser_, bytes.data(), static_cast<int>(bytes.size()), is_last ? 1 : 0);
    if (failure_) std::rethrow_exception(failure_);
    if (status == XML_STATUS_OK) return;
    throw DataError(fmt::format("{}:{}:{}: {}", where, XML_GetCurrentLineNumber(parser_), XML_GetCurrentColumnNumber(parser_) + 1,
                                XML_ErrorString(XML_GetErrorCode(parser_))));
  }

 private:
  template <typename Event>
  static void guarded(void* user, const Event& event) {
    auto* self = static_cast<XmlStream*>(user);
    if (self->failure_) return;  // what Expat still had in hand when it was stopped
    try {
      event(*self);
    } catch (...) {
      self->failure_ = std::current_exception();
      XML_StopParser(self->parser_, XML_FALSE);
    }
  }
  static void on_begin(void* user, const char* name, const char** pairs) {
    guarded(user, [&](XmlStream& self) {
      self.attributes_.clear();
      for (; pairs[0] != nullptr; pairs += 2) self.attributes_.push_back({local_name(pairs[0]), pairs[1]});
      if (self.events_.begin) self.events_.begin(local_name(name), self.attributes_);
    });
  }
  static void on_end(void* user, const char* name) {
    guarded(user, [&](XmlStream& self) {
      if (self.events_.end) self.events_.end(local_name(name));
    });
  }
  static void on_text(void* user, const char* text, int size) {
    guarded(user, [&](XmlStream& self) {
      if (self.events_.text) self.events_.text({text, static_cast<std::size_t>(size)});
    });
  }
  static void on_document_type(void* user, const char*, const char*, const char*, int) {
    guarded(user, [](XmlStream&) { throw DataError("the XML declares a document type, which no spreadsheet does"); });
  }

  const XlsxArchive::Events& events_;
  XML_Parser parser_;
  std::vector<XlsxArchive::Attribute> attributes_;
  std::exception_ptr failure_;
};

/// "xl/_rels/workbook.xml.rels" of "xl/workbook.xml".
std::string relations_part(const std::filesystem::path& part) {
  return (part.parent_path() / "_rels" / (part.filename().string() + ".rels")).generic_string();
}

}  // namespace

XlsxArchive::XlsxArchive(std::filesystem::path path, std::uint64_t most_part_bytes)
    : path_(std::move(path)), most_part_bytes_(most_part_bytes), zip_(std::make_unique<Zip>()) {
  int code = 0;
  zip_->archive = zip_open(path_.c_str(), ZIP_RDONLY, &code);
  if (zip_->archive != nullptr) return;
  zip_error_t error;
  zip_error_init_with_code(&error, code);
  const std::string reason = zip_error_strerror(&error);
  zip_error_fini(&error);
  throw DataError(fmt::format("{}: expected an Excel file (.xlsx, a ZIP archive): {}; an old .xls, or one with a password, must be saved as .xlsx first",
                              path_.string(), reason));
}

XlsxArchive::~XlsxArchive() = default;

std::string XlsxArchive::where(const std::string& part) const { return fmt::format("{}: {}", path_.string(), part); }

bool XlsxArchive::has(const std::string& part) const { return zip_name_locate(zip_->archive, part.c_str(), 0) >= 0; }

void XlsxArchive::read(const std::string& part, const Events& events) const {
  const auto fail = [&](std::string_view what) { return DataError(fmt::format("{}: {}", where(part), what)); };
  if (!has(part)) throw fail("the Excel file has no such part");
  const std::unique_ptr<zip_file_t, int (*)(zip_file_t*)> file(zip_fopen(zip_->archive, part.c_str(), 0), zip_fclose);
  if (file == nullptr) throw fail(fmt::format("cannot be unpacked: {}", zip_strerror(zip_->archive)));
  XmlStream xml(events);
  std::array<char, 65536> block;
  for (std::uint64_t total = 0;;) {
    const auto got = zip_fread(file.get(), block.data(), block.size());
    if (got < 0) throw fail(fmt::format("cannot be unpacked: {}", zip_file_strerror(file.get())));
    total += static_cast<std::uint64_t>(got);
    if (total > most_part_bytes_) throw fail(fmt::format("unpacks to more than {} bytes; save the sheet as TSV if that is right", most_part_bytes_));
    try {
      xml.add({block.data(), static_cast<std::size_t>(got)}, got == 0, where(part));
    } catch (DataError& error) {
      if (!std::string_view(error.what()).starts_with(path_.string())) error.add_context(where(part));
      throw;
    }
    if (got == 0) return;
  }
}

std::vector<XlsxArchive::Relation> XlsxArchive::relations_of(const std::string& part) const {
  const std::string own = part.empty() ? "_rels/.rels" : relations_part(part);
  std::vector<Relation> relations;
  if (!has(own)) return relations;
  Events events;
  events.begin = [&](std::string_view name, const std::vector<Attribute>& attributes) {
    if (name != "Relationship") return;
    Relation relation;
    for (const auto& attribute : attributes) {
      if (attribute.name == "Id") relation.id = attribute.value;
      if (attribute.name == "Type") relation.type = attribute.value;
      if (attribute.name == "Target") relation.target = attribute.value;
    }
    relations.push_back(std::move(relation));
  };
  read(own, events);
  for (auto& relation : relations) {
    const std::filesystem::path target = relation.target.starts_with('/') ? std::filesystem::path(relation.target.substr(1))
                                                                          : std::filesystem::path(part).parent_path() / relation.target;
    relation.target = target.lexically_normal().generic_string();
  }
  return relations;
}

std::optional<std::string> XlsxArchive::relation_of_type(const std::string& part, std::string_view type) const {
  for (auto& relation : relations_of(part)) {
    if (relation.type.ends_with(type)) return std::move(relation.target);
  }
  return std::nullopt;
}

std::optional<std::string> XlsxArchive::relation_of_id(const std::string& part, std::string_view id) const {
  for (auto& relation : relations_of(part)) {
    if (relation.id == id) return std::move(relation.target);
  }
  return std::nullopt;
}

}  // namespace assay
