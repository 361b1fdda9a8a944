// Findings as the server writes them: where they are, and in which line of a text.

import type { Finding, FindingPlace } from "./api";

/** A place in words: `sales.csv, row 4, column Amount: n/a`. */
export function placed(place: FindingPlace): string {
  if ("row" in place) return `${place.file}, row ${place.row}${place.column ? `, column ${place.column}` : ""}${place.value ? `: ${place.value}` : ""}`;
  if ("line" in place) return `${place.file}, line ${place.line}`;
  if ("pointer" in place) return `${place.file}, ${place.pointer}${place.value ? `: ${place.value}` : ""}`;
  return place.file;
}

/** Lines of the file `name` that a finding is about. */
export function linesOf(finding: Finding, name: string): number[] {
  return finding.places.flatMap((place) => ("line" in place && (place.file === name || place.file.endsWith(`/${name}`)) ? [place.line] : []));
}
