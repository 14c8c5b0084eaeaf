let kept = "";

/** Reads the token of a one-time link and takes it out of the address, so that no history or screen keeps it. */
export function linkToken(): string {
  const found = new URLSearchParams(window.location.hash.slice(1)).get("token");
  if (found) {
    kept = found;
    window.history.replaceState(window.history.state, "", window.location.pathname);
  }
  return kept;
}
