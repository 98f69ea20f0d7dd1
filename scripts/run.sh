#!/usr/bin/env bash
# Sets up what is missing, builds build/assay and runs it.
set -euo pipefail
root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"

usage() {
  cat <<'TEXT'
Usage: scripts/run.sh [assay arguments]

Sets up what is missing, builds build/assay and runs it with the given arguments, from the folder you are in.
Without arguments: runs the demo, a small trained model of our own over six miniature benchmarks.

  scripts/run.sh
  scripts/run.sh list benchmarks
  scripts/run.sh run --model /path/to/InternVL2-2B --bench chartqa_test --data-dir /path/to/chartqa --out runs/x
  scripts/run.sh run --help

JOBS=N sets the number of parallel compilations (default: one per core, at most one per 2 GiB of memory).
TEXT
}

case "${1:-}" in -h|--help) usage; exit 0 ;; esac

# The build's own output goes to stderr: stdout is left to assay's results.
"$root/scripts/build.sh" --preset dev --target assay >&2

if [ "$#" -gt 0 ]; then
  exec "$root/build/assay" "$@"
fi

cd "$root"
cat >&2 <<'TEXT'

The demo: a small model of ours (demo/model, trained by demo/train) answers six benchmarks of ours in the official layouts (demo/data).

TEXT
rm -rf runs/demo  # always the whole way: it takes less than a minute
exec build/assay run --demo
