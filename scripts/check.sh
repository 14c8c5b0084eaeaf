#!/usr/bin/env bash
# Every check, each with its name and time; all of them run, and one that fails fails the whole.
set -uo pipefail
cd "$(dirname "$0")/.."

failed=()
check() {
  local name=$1 output started=$EPOCHREALTIME
  shift
  if output=$("$@" 2>&1); then
    printf 'ok    %-15s %5.1f s\n' "$name" "$(seconds_since "$started")"
    grep -i '^warning' <<<"$output"
  else
    printf 'FAIL  %-15s %5.1f s   %s\n%s\n\n' "$name" "$(seconds_since "$started")" "$*" "$output"
    failed+=("$name")
  fi
}
seconds_since() { awk -v a="$1" -v b="$EPOCHREALTIME" 'BEGIN { print b - a }'; }

check format ruff format --check .
check lint ruff check .
check types mypy
check imports lint-imports
check file-sizes python scripts/check_file_sizes.py
check secrets python scripts/check_secrets.py
check registry-hosts python scripts/check_registry_hosts.py
check licences python scripts/check_licences.py
check migrations python scripts/check_migrations.py
check openapi python scripts/openapi.py
check settings python scripts/settings_page.py
check checks python scripts/checks_page.py
check docs python scripts/check_docs.py

# The pages. Where Node is missing a developer goes on without; CI doesn't.
if [[ -n ${CI:-} ]] || command -v node >/dev/null 2>&1; then
  check web-install bash scripts/web.sh install
  check web-licences python scripts/check_web_licences.py
  check web-lint npm --prefix web run --silent lint
  check web-types npm --prefix web run --silent types
  check web-api npm --prefix web run --silent api -- --check
  check web-build bash scripts/web.sh build
  check web-budget npm --prefix web run --silent budget
else
  printf 'left out: the pages (web/), which need Node.js 20 or newer\n'
fi

if ((${#failed[@]})); then
  printf '\n%d of the checks failed: %s\n' "${#failed[@]}" "${failed[*]}"
  exit 1
fi
printf '\nAll checks passed.\n'
