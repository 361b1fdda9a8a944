// The state of the page in its address: a link shows another person the same lines. It is in the fragment, which no
// browser sends, so that neither the server nor a proxy logs what somebody looks at.

export interface Place {
  vendor: string | null;
  plan: string | null;
  view: "week" | "plan" | "board" | "business" | "approvals" | "history" | "partner" | "files" | "scenarios" | "rules" | "admin" | "attainment";
  filter: string;
  group: "manager" | "territory" | "tier" | "none";
  sort: string;
  closed: string[];
  line: string | null;
  /** Partner of the business plan. */
  partner: string | null;
  /** Account manager whose lines are shown; empty for all. */
  manager: string;
  /** Days back that the week looks. */
  days: number;
  /** Filter of the history: kind, words, and the version up to which it goes. */
  kind: string;
  words: string;
  upto: number | null;
  /** As-of date of the attainment; empty for the end of the latest complete month. */
  asOf: string;
  /** What-ifs that are side by side. */
  what: string;
}

const VIEWS = ["week", "plan", "board", "business", "approvals", "history", "partner", "files", "scenarios", "rules", "admin", "attainment"] as const;
const GROUPS = ["manager", "territory", "tier", "none"] as const;

function one<T extends string>(words: readonly T[], word: string | null, usual: T): T {
  return words.find((known) => known === word) ?? usual;
}

export function read(hash: string): Place {
  const query = new URLSearchParams(hash.replace(/^#/, ""));
  return {
    vendor: query.get("vendor"),
    plan: query.get("plan"),
    view: one(VIEWS, query.get("view"), "plan"),
    filter: query.get("filter") ?? "",
    group: one(GROUPS, query.get("group"), "manager"),
    sort: query.get("sort") ?? "",
    closed: query.getAll("closed"),
    line: query.get("line"),
    partner: query.get("partner"),
    manager: query.get("manager") ?? "",
    days: Number(/^\d{1,3}$/.exec(query.get("days") ?? "")?.[0] ?? 7),
    kind: query.get("kind") ?? "",
    words: query.get("words") ?? "",
    what: query.get("what") ?? "",
    asOf: /^\d{4}-\d\d-\d\d$/.exec(query.get("as_of") ?? "")?.[0] ?? "",
    upto: /^\d{1,12}$/.test(query.get("upto") ?? "") ? Number(query.get("upto")) : null,
  };
}

export function write(place: Place): string {
  const query = new URLSearchParams();
  if (place.vendor) query.set("vendor", place.vendor);
  if (place.plan) query.set("plan", place.plan);
  if (place.view !== "plan") query.set("view", place.view);
  if (place.group !== "manager") query.set("group", place.group);
  if (place.filter) query.set("filter", place.filter);
  if (place.sort) query.set("sort", place.sort);
  for (const closed of place.closed) query.append("closed", closed);
  if (place.line) query.set("line", place.line);
  for (const name of ["partner", "manager", "kind", "words", "what"] as const) if (place[name]) query.set(name, place[name]!);
  if (place.asOf) query.set("as_of", place.asOf);
  if (place.days !== 7) query.set("days", String(place.days));
  if (place.upto !== null) query.set("upto", String(place.upto));
  return `#${query}`;
}
