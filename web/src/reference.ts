// Facts and functions by the words of a script.

import type { ScriptApi } from "./api";

export interface Entry {
  id: string;
  name: string;
  kind: string;
  doc: string;
  example: string;
}

/** Facts and functions of the engine, each as an entry. */
export class Reference {
  readonly entries: Entry[];
  private readonly facts = new Map<string, Entry>();
  private readonly functions = new Map<string, Entry>();

  constructor(api: ScriptApi | null) {
    const facts = (api?.facts ?? []).map((fact) => ({ id: `${fact.path} ${fact.for}`, name: fact.path, kind: `${fact.kind}${fact.unit ? `, ${fact.unit}` : ""}${fact.optional ? ", may be not known" : ""}`, doc: fact.doc, example: fact.example }));
    const functions = (api?.functions ?? []).map((one, at) => ({ id: `${one.name} ${at}`, name: one.signatures.join(" · "), kind: one.returns, doc: one.doc, example: one.examples[0] ?? "" }));
    for (const fact of facts) if (!this.facts.has(fact.name)) this.facts.set(fact.name, fact);
    for (const [at, one] of (api?.functions ?? []).entries()) if (!this.functions.has(one.name)) this.functions.set(one.name, functions[at]!);
    this.entries = [...facts, ...functions];
  }

  /** What the word at an offset of a text is; nothing for words of its own, in comments and in texts. */
  at(text: string, offset: number): Entry | null {
    const word = wordAt(text, offset);
    if (word === null) return null;
    const { path, isCalled } = word;
    const last = path.slice(path.lastIndexOf(".") + 1);
    if (isCalled) return this.functions.get(last) ?? null;
    const own = this.facts.get(path);
    if (own || !path.includes(".")) return own ?? null;
    // A group in a variable: `let history = partner.history; history.prior_revenue`.
    const same = [...this.facts.keys()].filter((name) => name.endsWith(`.${path}`));
    return same.length === 1 ? this.facts.get(same[0]!)! : null;
  }
}

/** The dotted name up to the word at an offset, and whether it is called. */
export function wordAt(text: string, offset: number): { path: string; isCalled: boolean } | null {
  const start = text.lastIndexOf("\n", offset - 1) + 1;
  const end = text.indexOf("\n", offset);
  const line = text.slice(start, end < 0 ? undefined : end);
  const at = offset - start;
  // A comment, or a text between quotes.
  const before = line.slice(0, at);
  if (before.includes("//") || before.split('"').length % 2 === 0) return null;
  const left = /[A-Za-z_][\w.?]*$/.exec(before)?.[0] ?? "";
  const right = /^\w*/.exec(line.slice(at))?.[0] ?? "";
  const path = (left + right).replaceAll("?", "").replace(/^\.+|\.+$/g, "");
  if (path === "" || !/^[A-Za-z_]/.test(path)) return null;
  const rest = line.slice(at + right.length);
  return { path, isCalled: /^\s*\(/.test(rest) };
}
