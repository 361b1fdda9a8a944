// The files of a vendor while an author changes them: what is found in them, their cases, and what they move on the plan.
// Nothing is saved here: a changed file is downloaded, and published through the files as always.

import type { Checked, Comparison, ScriptApi } from "./api";
import { desk, faultOf } from "./desk.svelte";

/** Milliseconds without a key before the files are checked. */
const REST = 700;

class Rules {
  vendor = $state("");
  base = $state.raw<ReadonlyMap<string, string>>(new Map());
  texts = $state.raw<ReadonlyMap<string, string>>(new Map());
  open = $state("rules/vendor.toml");
  checked = $state.raw<Checked | null>(null);
  moved = $state.raw<Comparison | null>(null);
  /** Files by which the comparison was made. */
  movedOf = $state.raw<ReadonlyMap<string, string> | null>(null);
  api = $state.raw<ScriptApi | null>(null);
  isChecking = $state(false);
  isComparing = $state(false);
  fault = $state.raw<{ text: string; help: string | null } | null>(null);
  private timer = 0;
  private asking: AbortController | null = null;

  changed = $derived([...this.texts].filter(([path, text]) => this.base.get(path) !== text).map(([path]) => path));

  async load(): Promise<void> {
    const vendor = desk.place.vendor ?? "";
    if (this.vendor === vendor) return;
    this.vendor = vendor;
    [this.base, this.texts, this.checked, this.moved, this.fault] = [new Map(), new Map(), null, null, null];
    try {
      const read = await desk.api.vendorFiles(vendor);
      if (this.vendor !== vendor) return;
      this.base = new Map(read.files.map((file) => [file.path, file.text]));
      this.texts = this.base;
      if (!this.base.has(this.open)) this.open = read.files[0]?.path ?? "";
      await Promise.all([this.check(), desk.api.scriptApi().then((api) => (this.api = api))]);
    } catch (error) {
      this.fail(error);
      this.vendor = "";
    }
  }

  /** Where a finding names a file: with the directory of the vendor. */
  shown(path: string): string {
    const at = path.indexOf("/");
    return `${path.slice(0, at)}/${this.vendor}/${path.slice(at + 1)}`;
  }

  edit(path: string, text: string): void {
    this.texts = new Map(this.texts).set(path, text);
    clearTimeout(this.timer);
    // What is shown is of the text before.
    this.isChecking = true;
    this.timer = window.setTimeout(() => void this.check(), REST);
  }

  takeBack(path: string): void {
    const before = this.base.get(path);
    if (before !== undefined) this.edit(path, before);
  }

  private candidate() {
    return { vendor: this.vendor, files: [...this.texts].map(([path, text]) => ({ path, text })) };
  }

  private fail(error: unknown): void {
    this.fault = faultOf(error);
  }

  async check(): Promise<void> {
    clearTimeout(this.timer);
    this.asking?.abort();
    const asking = (this.asking = new AbortController());
    this.isChecking = true;
    try {
      const checked = await desk.api.check(this.candidate(), asking.signal);
      if (!asking.signal.aborted) [this.checked, this.fault] = [checked, null];
    } catch (error) {
      if (!asking.signal.aborted) this.fail(error);
    } finally {
      if (this.asking === asking) this.isChecking = false;
    }
  }

  async compare(): Promise<void> {
    const open = desk.open;
    if (!open) return;
    this.isComparing = true;
    const of = this.texts;
    try {
      const moved = await open.candidate(this.candidate());
      [this.moved, this.movedOf, this.fault] = [moved, of, null];
    } catch (error) {
      this.moved = null;
      this.fail(error);
    } finally {
      this.isComparing = false;
    }
  }
}

export const rules = new Rules();
