#pragma once
#include <cstddef>
#include <map>
#include <span>
#include <string>
#include <string_view>

namespace assay {

/// The entries of a zip archive that lie in `archive` uncompressed, by name, each a view of its bytes there. Reads the central
/// directory only, zip64 included; `torch.save` writes such archives so that tensors can be mapped. Checksums are not compared:
/// that would read every byte.
///
/// Throws   ModelError for an archive that is cut short, lies about a place, repeats a name, or holds compressed or encrypted
/// entries Source   PKWARE APPNOTE.TXT 6.3.10, sections 4.3.7, 4.3.12, 4.3.14-16, 4.5.3
using ZipEntries = std::map<std::string, std::span<const std::byte>, std::less<>>;
[[nodiscard]] ZipEntries read_zip_directory(std::span<const std::byte> archive, std::string_view where);

}  // namespace assay
