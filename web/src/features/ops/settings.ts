import type { SectionOfSettings } from "../../api/schema";

/** The sections with what a search and "changed only" leave of each; empty ones fall out. */
export function chosen(
  sections: readonly SectionOfSettings[],
  search: string,
  changedOnly: boolean,
): SectionOfSettings[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  return sections
    .map((section) => ({
      ...section,
      settings: section.settings.filter(
        ({ name, description, origin }) =>
          (!changedOnly || origin !== "default") &&
          words.every((word) => `${name} ${description} ${section.name}`.toLowerCase().includes(word)),
      ),
    }))
    .filter(({ settings }) => settings.length > 0);
}
