#!/usr/bin/env bash
# Sets up what is missing, builds build/assay and runs it.
set -euo pipefail
root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"

usage() {
  cat <<'TEXT'
Usage: scripts/run.sh [assay arguments]

Sets up what is missing, builds build/assay and runs it with the given arguments, from the folder you are in.
Without arguments: runs the demo, ChartQA's way through a tiny checkpoint on six small charts of our own.

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

The demo: tests/parity/data/qwen2/checkpoint over demo/data/chartqa. The checkpoint's weights are random numbers: it shows that the
way from pictures to a scored report works, and its score means nothing.

TEXT
rm -rf runs/demo  # always the whole way: it takes seconds
exec build/assay run --model tests/parity/data/qwen2/checkpoint --bench chartqa_test --data-dir demo/data/chartqa --max-new-tokens 16 --out runs/demo
