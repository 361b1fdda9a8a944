// Files of an export, the mapping file that reads them, and what the server reads with it. They stay while other pages
// are open, and are gone with the tab: neither the browser nor the server stores them.

import { Refused, type Survey } from "./api";
import { desk } from "./desk.svelte";

export interface Upload {
  name: string;
  size: number;
  /** Content in base64. */
  content: string;
}

/** Milliseconds without a key before the files are read again. */
const REST = 350;

class Files {
  files = $state.raw<Upload[]>([]);
  mapping = $state("");
  /** The mapping that was proposed for these files; nothing when there is none. */
  proposed = $state.raw<Survey | null>(null);
  survey = $state.raw<Survey | null>(null);
  isReading = $state(false);
  fault = $state.raw<{ text: string; help: string | null } | null>(null);
  private asking: AbortController | null = null;
  private timer = 0;
  private vendor: string | null = null;

  /** Reads the files again where another vendor is chosen: its fiscal year, currency and attributes are other ones. */
  follow(vendor: string | null): void {
    const isOther = this.vendor !== null && this.vendor !== vendor && this.files.length > 0;
    this.vendor = vendor;
    if (isOther) void this.ask(this.mapping);
  }

  /** Adds files, in the place of those of the same name, and proposes a mapping. */
  async add(list: Iterable<File>): Promise<void> {
    const read = await uploaded(list);
    if ("text" in read) {
      this.fault = read;
      return;
    }
    const names = new Set(read.map((file) => file.name.toLowerCase()));
    this.files = [...this.files.filter((file) => !names.has(file.name.toLowerCase())), ...read];
    await this.propose();
  }

  async remove(name: string): Promise<void> {
    this.files = this.files.filter((file) => file.name !== name);
    await this.propose();
  }

  /** Asks for a mapping, in the place of the one that is there. */
  async propose(): Promise<void> {
    if (this.files.length === 0) {
      this.asking?.abort();
      [this.proposed, this.survey, this.fault, this.mapping, this.isReading] = [null, null, null, "", false];
      return;
    }
    const read = await this.ask(null);
    if (read) [this.proposed, this.mapping] = [read, read.mapping];
  }

  /** Takes a change of the mapping, and reads the files with it once the keys rest. */
  edit(text: string): void {
    this.mapping = text;
    this.isReading = true;
    clearTimeout(this.timer);
    this.timer = window.setTimeout(() => void this.ask(text), REST);
  }

  private async ask(mapping: string | null): Promise<Survey | null> {
    clearTimeout(this.timer);
    this.asking?.abort();
    const asking = (this.asking = new AbortController());
    this.isReading = true;
    try {
      const files = this.files.map(({ name, content }) => ({ name, content }));
      const read = await desk.api.survey(desk.place.vendor ?? "", { files, mapping }, asking.signal);
      if (asking.signal.aborted) return null;
      [this.survey, this.fault] = [read, null];
      return read;
    } catch (error) {
      if (!asking.signal.aborted) {
        this.fault = { text: error instanceof Error ? error.message : String(error), help: error instanceof Refused ? (error.help ?? remedy(error.code)) : null };
        this.survey = null;
      }
      return null;
    } finally {
      if (this.asking === asking) this.isReading = false;
    }
  }
}

/** Reads files, or says why the browser cannot. */
export async function uploaded(list: Iterable<File>): Promise<Upload[] | { text: string; help: string }> {
  const read = await Promise.all([...list].map(async (file) => ({ name: file.name, size: file.size, content: await base64(file) }))).catch((error: Error) => error);
  return read instanceof Error ? { text: `A file cannot be read by the browser: ${read.message}`, help: "Choose files, not directories." } : read;
}

export function remedy(code: string): string | null {
  return code === "body_too_large" ? "Use `quotient book` on the command line for larger files, or start the server with a larger `--body`." : null;
}

function base64(file: File): Promise<string> {
  return new Promise((done, failed) => {
    const reader = new FileReader();
    reader.onload = () => done(String(reader.result).replace(/^data:[^,]*,/, ""));
    reader.onerror = () => failed(reader.error ?? new Error(file.name));
    reader.readAsDataURL(file);
  });
}

export const uploads = new Files();
