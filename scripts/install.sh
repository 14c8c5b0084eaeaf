#!/usr/bin/env bash
# Installs one lock file and Bedside itself into .venv, hashes verified, bytecode compiled.
# Usage: scripts/install.sh requirements.lock
set -euo pipefail
cd "$(dirname "$0")/.."
lock=$1
venv=.venv

fail() { printf '\nbedside: %s\n' "$*" >&2; exit 1; }

# PYTHON=/path/to/python3.12 chooses one; else the newest that is tried first and is new enough.
find_python() {
  local name
  for name in ${PYTHON:-python3.11 python3.12 python3.13 python3 python}; do
    if "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then
      printf '%s\n' "$name"
      return
    fi
  done
  fail "needs Python 3.11 or newer, and found none${PYTHON:+ at $PYTHON}.
  Debian, Ubuntu: sudo apt-get install python3 python3-venv     Fedora: sudo dnf install python3
  macOS: brew install python@3.11     Then run make again, or name one: make up PYTHON=/path/to/python3.11"
}

# Usable: it runs, it is new enough, and its scripts point here (a folder that was moved keeps the old address).
usable() {
  "$venv/bin/python" -c 'import sys, pip; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 &&
    head -n 2 "$venv/bin/pip" 2>/dev/null | grep -qF "$PWD/$venv/bin/"
}

if ! usable; then
  python=$(find_python)
  "$python" -c 'import ensurepip, venv' >/dev/null 2>&1 ||
    fail "$python has no venv module. Debian, Ubuntu: sudo apt-get install python3-venv. Then run make again."
  "$python" -m venv --clear "$venv" || fail "could not make $PWD/$venv; is the folder writable and the disk not full?"
fi

printf 'Installing %s packages of %s into %s (half a minute and more)...\n' \
  "$(grep -c '==' "$lock")" "$lock" "$venv" >&2
pip() { "$venv/bin/python" -m pip --disable-pip-version-check -qq "$@"; }
# Compiled below by all cores, so not here by one.
pip install --no-compile --require-hashes -r "$lock" ||
  fail "could not install $lock: see pip's words above. Without a network, point pip at your mirror (pip config)
  or at a folder of wheels (PIP_NO_INDEX=1 PIP_FIND_LINKS=/folder), then run make again."
pip install --no-compile --no-deps --no-build-isolation -e .
# Some packages carry templates and Python 2 files that do not compile; pip passes over them, too.
"$venv/bin/python" -m compileall -qq -j 0 "$venv/lib" || true
printf '%s\n' "$PWD" > "$venv/.location"
