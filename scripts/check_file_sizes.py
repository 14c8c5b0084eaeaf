"""A source file has one subject and stays small: over 400 lines is a warning, over 600 a failure."""

import sys

import tree

WARN_ABOVE = 400
FAIL_ABOVE = 600
# Written by `npm run api` from docs/openapi.json.
GENERATED = {"web/src/api/schema.d.ts"}


def main() -> int:
    problems = []
    for path in tree.files("src", "scripts", "web/src", "benchmarks"):
        if str(path) in GENERATED:
            continue
        text = tree.read(path)
        if text is None or "data" in path.parts or path.suffix not in {".py", ".ts", ".tsx", ".css", ".sh"}:
            continue
        lines = len(text.splitlines())
        if lines > FAIL_ABOVE:
            problems.append(f"{path}: {lines} lines, {FAIL_ABOVE} is the limit")
        elif lines > WARN_ABOVE:
            print(f"warning: {path}: {lines} lines: one subject?")
    return tree.report(problems, "Split the file by subject; each part's name says what it holds.")


if __name__ == "__main__":
    sys.exit(main())
