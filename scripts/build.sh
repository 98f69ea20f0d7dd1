#!/usr/bin/env bash
# Sets up what is missing, configures and builds with a preset. scripts/run.sh and scripts/test.sh start here.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

usage() {
  cat <<'TEXT'
Usage: scripts/build.sh [--preset dev|ci|asan|tsan|tidy] [--target NAME]

Sets up what is missing (scripts/setup.sh), then configures and builds. Default: preset dev, everything, in build/.
JOBS=N sets the number of parallel compilations (default: one per core, at most one per 2 GiB of memory).
TEXT
}

# Compiling against LibTorch takes up to 2 GiB a file.
default_jobs() {
  local cores by_memory
  cores="$(nproc)"
  by_memory="$(awk '/^MemAvailable:/ {print int($2 / 2097152)}' /proc/meminfo)"
  [ "${by_memory:-1}" -ge 1 ] || by_memory=1
  echo $((cores < by_memory ? cores : by_memory))
}

preset=dev
build_arguments=()
while [ "$#" -gt 0 ]; do
  case "$1" in
    --preset) preset="${2:?--preset needs a name}"; shift 2 ;;
    --target) build_arguments+=(--target "${2:?--target needs a name}"); shift 2 ;;
    -h|--help) usage; exit 0 ;;
    *) usage >&2; echo "build: unknown argument \"$1\"" >&2; exit 2 ;;
  esac
done

case "$preset" in
  tidy) scripts/setup.sh --libtorch=none --tools ;;
  *) scripts/setup.sh ;;
esac
echo "build: configuring preset $preset" >&2
cmake --preset "$preset"
echo "build: building" >&2
cmake --build --preset "$preset" -j "${JOBS:-$(default_jobs)}" "${build_arguments[@]}"
