#pragma once

namespace assay {

/// SIGINT and SIGTERM ask for an orderly end: the first one sets a flag that the run loop reads, the second one ends the process.
namespace interrupt {

/// `tells`: says on stderr that it has been understood.
void install(bool tells = true);
/// The signal that arrived first, or 0.
[[nodiscard]] int signal_received();
/// 130 for SIGINT, 143 for SIGTERM.
[[nodiscard]] int exit_code_of(int signal);

}  // namespace interrupt
}  // namespace assay
