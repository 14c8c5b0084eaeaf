// What a browser loads before a role's first page works, compressed as the server sends it to browsers without brotli.
// Each role's pages are a chunk of their own, so that no patient waits for a nurse's page.
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

const LIMIT_KIB = 300;
const FIRST_PAGES = {
  nobody: "src/features/identity/pages.ts",
  patient: "src/features/assistant/pages.ts",
  clinician: "src/features/care/pages.ts",
  auditor: "src/features/audit/pages.ts",
  operator: "src/features/ops/pages.ts",
};
const ENTRY = "index.html";

const manifest = JSON.parse(readFileSync(new URL("../dist/manifest.json", import.meta.url)));

function filesOf(name, found = new Set()) {
  const chunk = manifest[name];
  if (!chunk) throw new Error(`dist/manifest.json has no ${name}; is it an entry of its own?`);
  for (const file of [chunk.file, ...(chunk.css ?? [])]) found.add(file);
  for (const other of chunk.imports ?? []) filesOf(other, found);
  return found;
}

const size = (file) =>
  gzipSync(readFileSync(new URL(`../dist/${file}`, import.meta.url)), { level: 9 }).length;
const kib = (bytes) => Math.round((bytes / 1024) * 10) / 10;

const problems = [];
const entry = filesOf(ENTRY);
for (const [role, page] of Object.entries(FIRST_PAGES)) {
  const own = manifest[page];
  if (!own?.isDynamicEntry) problems.push(`${role}: ${page} is no chunk of its own`);
  const files = new Set([...entry, ...filesOf(page)]);
  const total = kib([...files].reduce((sum, file) => sum + size(file), 0));
  console.log(`${role}: ${total} KiB gzip in ${files.size} files, ${kib(size(own.file))} of them its own`);
  if (total > LIMIT_KIB) problems.push(`${role}: ${total} KiB gzip, ${LIMIT_KIB} is the limit`);
  const foreign = Object.values(FIRST_PAGES).filter(
    (other) => other !== page && files.has(manifest[other].file),
  );
  for (const other of foreign) problems.push(`${role}: loads ${other} too`);
}
for (const line of problems) console.error(line);
process.exit(problems.length ? 1 : 0);
