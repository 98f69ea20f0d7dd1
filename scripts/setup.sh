#!/usr/bin/env bash
# Installs what the build needs and does not find: Debian packages, then LibTorch. Run it as often as you like.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

readonly kTorchVersion=2.13.0
readonly kTorchConfig='share/cmake/Torch/TorchConfig.cmake'
readonly kFellBack=.venv/uses-debian-libtorch

usage() {
  cat <<'TEXT'
Usage: scripts/setup.sh [--libtorch=auto|wheel|debian|none] [--tools]

Installs what is missing to build Assay on Debian 12, and nothing that is there already.

  --libtorch=auto    (default) the LibTorch that Torch_DIR or CMAKE_PREFIX_PATH points at in the environment, else the one in
                     .venv, else the PyPI wheel into .venv, else Debian's libtorch-dev
  --libtorch=wheel   the PyPI wheel into .venv, or fail
  --libtorch=debian  Debian's libtorch-dev (1.13)
  --libtorch=none    leave LibTorch alone: for builds with -DASSAY_WITH_LIBTORCH=OFF or -DTorch_DIR=...
  --tools            also clang-tidy, clang-format and ccache

Root rights are used for apt-get alone: directly as root, through sudo otherwise.
TEXT
}

say() { echo "setup: $*" >&2; }
fail() { say "$*"; exit 1; }

as_root() {
  if [ "$(id -u)" -eq 0 ]; then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo "$@"
  else
    fail "root rights are needed and sudo is not installed; run as root: $*"
  fi
}

# Prints those of the named packages that are not installed.
missing_packages() {
  local package
  for package in "$@"; do
    [ "$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || echo "$package"
  done
}

install_packages() {
  command -v dpkg-query >/dev/null || { say "not a Debian system: these packages, by whatever name, have to be there: $*"; return; }
  local missing
  mapfile -t missing < <(missing_packages "$@")
  if [ "${#missing[@]}" -eq 0 ]; then
    return
  fi
  say "installing ${#missing[@]} Debian packages: ${missing[*]}"
  as_root apt-get update -q
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "${missing[@]}"
}

read_list() { sed 's/#.*//' "$1"; }

# The folder that the wheel fills, printed only when a finished install is there (pip writes RECORD last).
venv_torch() {
  local record
  for record in .venv/lib/python3*/site-packages/torch-*.dist-info/RECORD; do
    local root="${record%/torch-*}/torch"
    if [ -e "$record" ] && [ -e "$root/$kTorchConfig" ]; then
      echo "$root"
      return
    fi
  done
  return 1
}

# True when the environment points at a LibTorch of the user's.
is_pointed_at() {
  [ -n "${Torch_DIR:-}" ] && return 0
  local prefix suffix
  local IFS=:
  for prefix in ${CMAKE_PREFIX_PATH:-}; do
    for suffix in "$kTorchConfig" Torch/TorchConfig.cmake lib/cmake/Torch/TorchConfig.cmake; do
      [ -e "$prefix/$suffix" ] && return 0
    done
  done
  return 1
}

# A CUDA build's libtorch_cpu.so wants the CUDA runtime and CUPTI even on the CPU: two small wheels out of its several GB of dependencies.
add_cuda_runtime() {
  local root="$1" version
  [ -e "$root/lib/libtorch_cuda.so" ] || return 0
  compgen -G "$root/../nvidia/*/lib/libcudart.so*" >/dev/null && compgen -G "$root/../nvidia/*/lib/libcupti.so*" >/dev/null && return 0
  version="$(sed -n 's/^Requires-Dist: cuda-toolkit\[.*\]==\([0-9.]*\).*/\1/p' "$root"-*.dist-info/METADATA | head -n 1)"
  [ -n "$version" ] || { say "this CUDA build of LibTorch does not name its CUDA runtime; install it beside $root"; return 1; }
  say "this LibTorch is a CUDA build; adding the CUDA $version runtime that its CPU half is linked with"
  .venv/bin/pip install -q --no-warn-conflicts "cuda-toolkit[cudart,cupti]==$version"
}

install_wheel() {
  install_packages python3-venv
  [ -x .venv/bin/pip ] || python3 -m venv .venv || return 1
  say "installing LibTorch $kTorchVersion from its wheel into .venv (its Python dependencies are left out: nothing here runs Python)"
  .venv/bin/pip install -q --no-deps "torch==$kTorchVersion" && add_cuda_runtime "$(venv_torch)"
}

main() {
  local libtorch=auto
  local -a lists=(scripts/debian-packages.txt)
  local argument root
  for argument in "$@"; do
    case "$argument" in
      --libtorch=auto|--libtorch=wheel|--libtorch=debian|--libtorch=none) libtorch="${argument#*=}" ;;
      --tools) lists+=(scripts/debian-packages-tools.txt) ;;
      -h|--help) usage; exit 0 ;;
      *) usage >&2; say "unknown argument \"$argument\""; exit 2 ;;
    esac
  done

  # Word splitting makes one argument of each name.
  # shellcheck disable=SC2046
  install_packages $(for list in "${lists[@]}"; do read_list "$list"; done)

  case "$libtorch" in
    none) say "leaving LibTorch alone" ;;
    debian) install_packages libtorch-dev ;;
    *)
      if [ "$libtorch" = auto ] && is_pointed_at; then
        say "using the LibTorch that the environment points at"
      elif root="$(venv_torch)"; then
        add_cuda_runtime "$root"
      elif [ "$libtorch" = auto ] && [ -e "$kFellBack" ]; then
        say "using Debian's libtorch-dev, since the wheel could not be had before; --libtorch=wheel tries it again"
        install_packages libtorch-dev
      elif install_wheel; then
        :
      elif [ "$libtorch" = auto ]; then
        say "the wheel cannot be had; falling back to Debian's libtorch-dev"
        install_packages libtorch-dev
        mkdir -p .venv && touch "$kFellBack"
      else
        fail "the wheel cannot be had"
      fi ;;
  esac
  say "everything is there"
}

main "$@"
