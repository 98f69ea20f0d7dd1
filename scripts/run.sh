#!/usr/bin/env bash
# Sets up what is missing, builds build/assay and runs it.
set -euo pipefail
root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"

usage() {
  cat <<'TEXT'
Usage: scripts/run.sh [assay arguments]

Sets up what is missing, builds build/assay and runs it with the given arguments, from the folder you are in.
Without arguments: runs the demo, a small model of our own over miniature suites of six benchmarks, and writes its report as a page.

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
echo "The demo: demo/model, trained for it, over the held-out suites in demo/data (docs/demo.md)." >&2
rm -rf runs/demo  # always the whole way: it takes less than a minute
build/assay run --demo
build/assay report runs/demo --format html --out runs/demo >&2
echo "open it with: xdg-open $root/runs/demo/report.html" >&2
