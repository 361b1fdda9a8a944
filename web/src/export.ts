// Files that the page makes of what it shows.

/** Saves a text as a file. */
export function save(name: string, media: string, text: string): void {
  saveBlob(name, new Blob([text], { type: media }));
}

export function saveBlob(name: string, blob: Blob): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}

/** A CSV file (RFC 4180); a text that a spreadsheet would calculate gets an apostrophe in front. */
export function csv(header: string[], rows: (string | number)[][]): string {
  const cell = (value: string | number) => {
    const text = typeof value === "string" && /^[=+\-@\t\r]/.test(value) ? `'${value}` : String(value);
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return [header, ...rows].map((row) => row.map(cell).join(",")).join("\r\n") + "\r\n";
}
