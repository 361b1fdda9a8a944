// The state of the page in its address: a link shows another person the same lines. It is in the fragment, which no
// browser sends, so that neither the server nor a proxy logs what somebody looks at.

export interface Place {
  vendor: string | null;
  plan: string | null;
  view: "plan" | "board" | "partner";
  filter: string;
  group: "manager" | "territory" | "tier" | "none";
  sort: string;
  closed: string[];
  line: string | null;
}

const VIEWS = ["plan", "board", "partner"] as const;
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
  return `#${query}`;
}
