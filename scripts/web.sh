#!/usr/bin/env bash
# The pages. Usage: scripts/web.sh install | build [--optional]
#   install     web/node_modules as web/package-lock.json has it
#   build       web/dist, when a source differs from what it was built of
#   --optional  where Node is missing, say so and go on: the API works alone
set -euo pipefail
cd "$(dirname "$0")/../web"
what=${1:?usage: scripts/web.sh install|build [--optional]}
optional=${2:-}
LEAST=20

say() { printf 'bedside: %s\n' "$*" >&2; }
node_ready() {
  command -v npm >/dev/null 2>&1 &&
    node -e "process.exit(process.versions.node.split('.')[0] < $LEAST ? 1 : 0)" >/dev/null 2>&1
}
digest() { find "$@" -type f ! -name '.*.swp' -print0 | LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum; }
is_stamped() { [[ -f $1 && $(<"$1") == "$2" ]]; }

if ! node_ready; then
  message="needs Node.js $LEAST or newer, with npm, for its pages, and found $(node --version 2>/dev/null || echo none)."
  if [[ $optional == --optional ]]; then
    say "$message The API runs without them. Install Node.js, then run make again, to have the pages."
    exit 0
  fi
  say "$message
  Debian 13, Ubuntu 26.04: sudo apt-get install nodejs npm     Fedora: sudo dnf install nodejs     macOS: brew install node"
  exit 1
fi

# One at a time: tests side by side, and a `make up` beside them, want the same folders.
exec 9>.lock
flock 9

install() {
  local wanted
  wanted=$(digest package.json package-lock.json)
  is_stamped node_modules/.stamp "$wanted" && return
  say "installing what the pages are built with into web/node_modules (half a minute and more)..."
  npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >&2 || {
    say "npm could not install web/package-lock.json: see its words above. Without a network, point npm at your mirror."
    exit 1
  }
  printf '%s' "$wanted" >node_modules/.stamp
}

build() {
  local wanted output
  wanted=$(digest src build public index.html package.json package-lock.json vite.config.ts tsconfig.json)
  is_stamped dist/.stamp "$wanted" && return
  install
  say "building the pages into web/dist (some seconds)..."
  output=$(npm run --silent build -- --logLevel warn 2>&1) || {
    say "the pages could not be built:"
    printf '%s\n' "$output" >&2
    exit 1
  }
  printf '%s' "$wanted" >dist/.stamp
}

"$what"
