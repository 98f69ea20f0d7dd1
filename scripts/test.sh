#!/usr/bin/env bash
# Sets up what is missing, builds everything and runs the tests.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

usage() {
  cat <<'TEXT'
Usage: scripts/test.sh [--preset dev|ci|asan|tsan] [ctest arguments]

Sets up what is missing, builds everything and runs the tests with ctest. Default preset: ci when CI=true in the environment, else dev.

  scripts/test.sh
  scripts/test.sh -R RelaxedAccuracy
  scripts/test.sh --preset asan

Tests that need the folder ../shared (real pictures, tokenizers, fixtures) skip by name where it is absent.
JOBS=N sets the number of parallel compilations (default: one per core, at most one per 2 GiB of memory).
TEXT
}

preset=dev
[ "${CI:-}" = true ] && preset=ci
case "${1:-}" in
  -h|--help) usage; exit 0 ;;
  --preset) preset="${2:?--preset needs a name}"; shift 2 ;;
esac

scripts/build.sh --preset "$preset"
exec ctest --preset "$preset" "$@"
