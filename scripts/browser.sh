#!/usr/bin/env bash
# Debian's Chromium for the browser tests, where it is missing: installed by root, else named. Prints its path.
set -euo pipefail
find_browser() { command -v chromium || command -v chromium-browser || command -v google-chrome; }

if ! find_browser >/dev/null; then
  if [[ $EUID -eq 0 ]] && command -v apt-get >/dev/null 2>&1; then
    echo "installing chromium" >&2
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq >&2
    apt-get install -y -qq --no-install-recommends chromium fonts-dejavu-core >/dev/null
  else
    printf 'bedside: the browser tests need Chromium.\n  Debian: sudo apt-get install chromium     Fedora: sudo dnf install chromium\n' >&2
    exit 1
  fi
fi
find_browser
