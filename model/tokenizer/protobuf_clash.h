#pragma once

namespace assay {

/// Whether SentencePiece's calls into the protobuf library that it carries would land in another protobuf of this process.
///
/// Debian's libsentencepiece exports a protobuf-lite 3.14 of its own; a LibTorch linked with the system's protobuf (Debian's 1.13) brings
/// another version under the same names. Whichever comes first serves both, and the objects of one in the hands of the other crash.
[[nodiscard]] bool protobuf_clashes();

}  // namespace assay
