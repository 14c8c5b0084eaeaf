#!/usr/bin/env bash
# Print where a run of the tests keeps its files: TMPDIR, or memory where there is room to spare, or /tmp.
# The tests copy a database hundreds of times, some 300 files each: on a disk they wait for its journal.
set -euo pipefail
memory=/dev/shm
least_mib=4096

free_mib() { df --output=avail --block-size=1M "$memory" | tail -1; }
available_mib() { awk '/^MemAvailable:/ { print int($2 / 1024) }' /proc/meminfo; }
# A container's own limit (cgroup v2), which /proc/meminfo does not show; what a run keeps in memory counts to it.
allowed_mib() {
  local limit
  limit=$(cat /sys/fs/cgroup/memory.max 2>/dev/null || echo max)
  [[ $limit == max ]] && echo $((least_mib * 3)) || echo $((limit / 1048576))
}

if [[ -n ${TMPDIR:-} ]]; then
  echo "$TMPDIR"
elif [[ -d $memory && -w $memory ]] &&
  ! grep -Eq " $memory [^ ]+ [^ ]*noexec" /proc/mounts && # PostgreSQL's programs are copied there, and run
  (($(free_mib) >= least_mib && $(available_mib) >= least_mib * 2 && $(allowed_mib) >= least_mib * 2)); then
  echo "$memory"
else
  echo /tmp
fi
