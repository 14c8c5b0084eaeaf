#!/usr/bin/env bash
# Debian's Prometheus and Alertmanager for the test that runs them, where they are missing: installed by root.
# Prints what is there; exits 3 where the packages can't be had (no root, no apt, no network): the tests say so and skip.
set -euo pipefail
find_programs() { command -v promtool && command -v prometheus && command -v prometheus-alertmanager; }

if ! find_programs >/dev/null; then
  if [[ $EUID -ne 0 ]] || ! command -v apt-get >/dev/null 2>&1; then
    printf 'bedside: the alert tests can use Prometheus.\n  Debian: sudo apt-get install prometheus prometheus-alertmanager\n' >&2
    exit 3
  fi
  echo "installing prometheus and prometheus-alertmanager" >&2
  export DEBIAN_FRONTEND=noninteractive
  # Where there is init, their services would start by themselves: the packages are for the programs alone.
  export RUNLEVEL=1
  if ! apt-get install -y -qq --no-install-recommends prometheus prometheus-alertmanager >/dev/null 2>&1; then
    { apt-get update -qq && apt-get install -y -qq --no-install-recommends prometheus prometheus-alertmanager; } \
      >/dev/null 2>&1 || { echo "bedside: the packages can't be had here" >&2; exit 3; }
  fi
fi
find_programs
