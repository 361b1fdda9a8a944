// How the quotas in force are doing: the date, the files they are compared with, and what the server says. The files stay
// in the tab; neither the browser nor the server stores them.

import { type AskedStandings, Refused, type Standings } from "./api";
import { desk } from "./desk.svelte";
import { type Upload, remedy, uploaded, uploads } from "./files.svelte";

/** A file of this name is the mapping file for the others. */
const MAP = "map.toml";

class Attainment {
  files = $state.raw<Upload[]>([]);
  /** The mapping file for the files; nothing when the server proposes one. */
  mapping = $state.raw<string | null>(null);
  shown = $state.raw<Standings | null>(null);
  isReading = $state(false);
  fault = $state.raw<{ text: string; help: string | null; code: string } | null>(null);
  private asking: AbortController | null = null;
  private of = "";

  /** Asks once for a version of the plan; the files stay when the plan moves. */
  follow(of: string): void {
    if (this.of === of) return;
    this.of = of;
    void this.ask();
  }

  /** Takes an export in the place of the one before; a mapping file alone is one for the files that are there. */
  async add(list: Iterable<File>): Promise<void> {
    const all = [...list];
    const map = all.find((file) => file.name.toLowerCase() === MAP);
    const read = await uploaded(all.filter((file) => file !== map));
    if ("text" in read) {
      this.fault = { ...read, code: "" };
      return;
    }
    if (read.length > 0) [this.files, this.mapping] = [read, null];
    if (map) this.mapping = await map.text();
    if (this.files.length > 0) await this.ask();
  }

  /** Takes the files of the page *Your export*, with the mapping as it is there. */
  takeExport(): void {
    [this.files, this.mapping] = [uploads.files, uploads.mapping];
    void this.ask();
  }

  clear(): void {
    [this.files, this.mapping] = [[], null];
    void this.ask();
  }

  get asked(): AskedStandings {
    const files = this.files.map(({ name, content }) => ({ name, content }));
    return { as_of: desk.place.asOf || null, files, mapping: files.length > 0 ? this.mapping : null };
  }

  async ask(): Promise<void> {
    this.asking?.abort();
    const asking = (this.asking = new AbortController());
    this.isReading = true;
    try {
      const read = await desk.open?.standings(this.asked, asking.signal);
      if (!asking.signal.aborted) [this.shown, this.fault] = [read ?? null, null];
    } catch (error) {
      if (asking.signal.aborted) return;
      const code = error instanceof Refused ? error.code : "";
      this.shown = null;
      this.fault = { text: error instanceof Error ? error.message : String(error), help: error instanceof Refused ? (error.help ?? remedy(code)) : null, code };
    } finally {
      if (this.asking === asking) this.isReading = false;
    }
  }
}

export const attainment = new Attainment();
