// The grid: an ARIA grid over many rows, of which only those in view are in the document.
//
// One tab stop; the focused cell stays in the document when it scrolls away. Excel's keys. The grid shows what it is
// given and reports what people do; it changes no figure itself.

export type Tone = "plain" | "muted" | "strong" | "moved" | "draft" | "late";

export interface CellView {
  text: string;
  /** Words before the text, such as the difference of a moved figure. */
  lead?: string;
  tone?: Tone;
  /** Class of a word in a pill. */
  pill?: string;
  title?: string;
  /** Heights of small bars, from 0 to 1. */
  bars?: number[];
}

export interface Column<R> {
  id: string;
  title: string;
  hint?: string;
  width: number;
  isNumber?: boolean;
  isSortable?: boolean;
  cell(row: R): CellView;
  /** The text that is copied. */
  copied(row: R): string;
  /** The text that editing starts with; null where the cell cannot be edited. */
  edited?(row: R): string | null;
}

export interface GroupRow {
  kind: "group";
  id: string;
  title: string;
  note: string;
  isClosed: boolean;
  cells: Record<string, CellView>;
}
export interface LineRow<R> {
  kind: "line";
  id: string;
  row: R;
  tone: "plain" | "conflict";
}
export type Item<R> = GroupRow | LineRow<R>;

export interface Actions<R> {
  /** A cell has a new text; false keeps the editor open. */
  edit(row: R, column: string, text: string): boolean;
  /** The text in an open editor changes. */
  typing(row: R, column: string, text: string): void;
  /** The editor was left without a change. */
  left(): void;
  /** What is not recorded is taken back: of these rows, or all of it. */
  cancel(rows: R[] | null): void;
  /** A block of texts is pasted from this row and column on. */
  paste(rows: R[], column: string, block: string[][]): void;
  open(row: R): void;
  toggle(group: string): void;
  /** Sorts by a column; added to the order that is there, or in a direction, where that is meant. */
  sort(column: string, isAdded: boolean, direction: "" | "-" | null): void;
  undo(): void;
  redo(): void;
  find(): void;
}

const HEIGHT = 30;
const HEAD = 34;
/** Where the widths of columns are stored, and how narrow one may be. A column of numbers never cuts a digit. */
const WIDTHS = "quotient.widths";
const NARROWEST = 56;
/** Rows above and below those in view. */
const MORE = 8;

function element(name: string, className: string, text = ""): HTMLElement {
  const made = document.createElement(name);
  made.className = className;
  if (text !== "") made.textContent = text;
  return made;
}

function role(made: HTMLElement, name: string): HTMLElement {
  made.setAttribute("role", name);
  return made;
}

/** The widths that were chosen before; none where the storage has something else. */
function stored(): Record<string, number> {
  try {
    const read: unknown = JSON.parse(localStorage.getItem(WIDTHS) ?? "{}");
    return Object.fromEntries(Object.entries(read ?? {}).filter(([, width]) => typeof width === "number" && width >= NARROWEST));
  } catch {
    return {};
  }
}

export class Grid<R> {
  private readonly root: HTMLElement;
  private readonly head: HTMLElement;
  private readonly pinned: HTMLElement;
  private readonly body: HTMLElement;
  private columns: Column<R>[] = [];
  private items: Item<R>[] = [];
  private rendered = new Map<number, HTMLElement>();
  private at = { row: 0, column: 0 };
  private anchor: { row: number; column: number } | null = null;
  private editor: HTMLInputElement | null = null;
  private frame = 0;
  private sort = "";
  private selected: string | null = null;
  private widths: Record<string, number> = stored();

  constructor(
    private readonly place: HTMLElement,
    private readonly actions: Actions<R>,
    label: string,
  ) {
    this.root = role(element("div", "grid"), "grid");
    this.root.setAttribute("aria-label", label);
    this.root.setAttribute("aria-multiselectable", "true");
    this.head = role(element("div", "grid-head"), "rowgroup");
    this.pinned = element("div", "grid-pinned");
    this.pinned.setAttribute("aria-hidden", "true");
    this.body = role(element("div", "grid-body"), "rowgroup");
    this.root.append(this.head, this.pinned, this.body);
    this.place.append(this.root);
    this.root.addEventListener("scroll", () => this.later(), { passive: true });
    this.root.addEventListener("keydown", (event) => this.key(event));
    this.root.addEventListener("mousedown", (event) => this.press(event));
    this.root.addEventListener("dblclick", (event) => this.twice(event));
    this.root.addEventListener("copy", (event) => this.copy(event));
    this.root.addEventListener("cut", (event) => this.copy(event));
    this.root.addEventListener("paste", (event) => this.paste(event));
    new ResizeObserver(() => this.later()).observe(this.root);
  }

  /** Shows these rows. */
  show(columns: Column<R>[], items: Item<R>[], sort: string, selected: string | null): void {
    const before = this.items[this.at.row];
    const isNew = columns.map((one) => one.id + one.width).join() !== this.columns.map((one) => one.id + one.width).join() || sort !== this.sort;
    [this.columns, this.items, this.sort, this.selected] = [columns, items, sort, selected];
    this.root.setAttribute("aria-rowcount", String(items.length + 1));
    this.root.setAttribute("aria-colcount", String(columns.length));
    if (isNew) this.drawHead();
    // The focus stays on the row it was on, wherever that is now.
    if (before && items[this.at.row]?.id !== before.id) {
      const now = items.findIndex((item) => item.id === before.id);
      this.at.row = now >= 0 ? now : Math.min(this.at.row, Math.max(items.length - 1, 0));
      this.anchor = null;
    }
    this.at.row = Math.max(0, Math.min(this.at.row, items.length - 1));
    this.body.style.height = `${items.length * HEIGHT}px`;
    this.draw(true);
  }

  /** Puts the focus on the cell of a row. */
  focusRow(id: string, column?: string): void {
    const row = this.items.findIndex((item) => item.id === id);
    if (row < 0) return;
    const own = column === undefined ? this.at.column : this.columns.findIndex((one) => one.id === column);
    this.go(row, Math.max(own, 0), false);
  }

  focus(): void {
    this.cell(this.at.row, this.at.column)?.focus();
  }

  get current(): R | null {
    const item = this.items[this.at.row];
    return item?.kind === "line" ? item.row : null;
  }

  // ---- drawing ----

  private later(): void {
    if (this.frame === 0) this.frame = requestAnimationFrame(() => ((this.frame = 0), this.draw(false)));
  }

  private drawHead(): void {
    const row = role(element("div", "grid-row"), "row");
    row.setAttribute("aria-rowindex", "1");
    this.columns.forEach((column, at) => {
      const cell = role(element("div", `grid-cell${column.isNumber ? " number" : ""}`, column.title), "columnheader");
      cell.setAttribute("aria-colindex", String(at + 1));
      if (column.hint) cell.title = column.hint;
      if (column.isSortable) {
        const keys = this.sort.split(",");
        const own = keys.findIndex((key) => key.replace(/^-/, "") === column.id);
        const isDown = keys[own]?.startsWith("-") ?? false;
        // One column has `aria-sort`; the others of the order say it in words.
        cell.setAttribute("aria-sort", own !== 0 ? "none" : isDown ? "descending" : "ascending");
        if (own >= 0) cell.dataset["order"] = (isDown ? "↓" : "↑") + (keys.length > 1 ? String(own + 1) : "");
        if (own > 0) cell.append(element("span", "unseen", `, then ${isDown ? "descending" : "ascending"}`));
        cell.classList.add("sortable");
        cell.addEventListener("click", (event) => this.actions.sort(column.id, event.shiftKey, null));
      }
      cell.append(this.handle(column));
      row.append(cell);
    });
    this.setWidths();
    this.head.replaceChildren(row);
  }

  // ---- widths ----

  private widthOf(column: Column<R>): number {
    return Math.max(this.widths[column.id] ?? column.width, column.isNumber ? column.width : NARROWEST);
  }

  private setWidths(): void {
    this.root.style.setProperty("--columns", this.columns.map((column) => `${this.widthOf(column)}px`).join(" ") + " 1fr");
  }

  /** Sets the width of a column, or the usual one. */
  private resize(column: Column<R>, width: number | null): void {
    const { [column.id]: _, ...rest } = this.widths;
    this.widths = width === null ? rest : { ...rest, [column.id]: Math.round(Math.min(Math.max(width, NARROWEST), 900)) };
    localStorage.setItem(WIDTHS, JSON.stringify(this.widths));
    this.setWidths();
  }

  /** The edge of a header that changes the width; keys do it from any cell of the column. */
  private handle(column: Column<R>): HTMLElement {
    const made = element("span", "handle");
    made.setAttribute("aria-hidden", "true");
    made.addEventListener("click", (event) => event.stopPropagation());
    made.addEventListener("dblclick", () => this.resize(column, null));
    made.addEventListener("pointerdown", (event) => {
      const [from, width] = [event.clientX, this.widthOf(column)];
      event.preventDefault();
      made.setPointerCapture(event.pointerId);
      made.onpointermove = (moved) => this.resize(column, width + moved.clientX - from);
      made.onpointerup = made.onpointercancel = () => (made.onpointermove = null);
    });
    return made;
  }

  private draw(isChanged: boolean): void {
    const top = this.root.scrollTop;
    const first = Math.max(0, Math.floor(top / HEIGHT) - MORE);
    const last = Math.min(this.items.length - 1, Math.ceil((top + this.root.clientHeight - HEAD) / HEIGHT) + MORE);
    const isMeant = (at: number) => (at >= first && at <= last) || at === this.at.row;
    const hadFocus = this.body.contains(document.activeElement) && !this.editor;
    for (const [at, row] of this.rendered) {
      const isEdited = this.editor !== null && at === this.at.row;
      if ((isMeant(at) && !isChanged) || (isEdited && at < this.items.length)) continue;
      row.remove();
      this.rendered.delete(at);
    }
    for (let at = first; at <= last; at++) this.ensure(at);
    if (this.items.length > 0) this.ensure(this.at.row);
    this.mark();
    if (hadFocus && !this.body.contains(document.activeElement)) this.cell(this.at.row, this.at.column)?.focus({ preventScroll: true });
    this.pin(Math.floor(top / HEIGHT));
  }

  private ensure(at: number): void {
    if (this.rendered.has(at)) return;
    const row = this.make(at);
    this.rendered.set(at, row);
    // In the order of the rows, so that the document reads as the grid does.
    const next = [...this.rendered.keys()].filter((other) => other > at).reduce((a, b) => Math.min(a, b), Infinity);
    this.body.insertBefore(row, this.rendered.get(next) ?? null);
  }

  private make(at: number): HTMLElement {
    const item = this.items[at]!;
    const row = role(element("div", `grid-row ${item.kind}`), "row");
    row.setAttribute("aria-rowindex", String(at + 2));
    row.style.transform = `translateY(${at * HEIGHT}px)`;
    if (item.kind === "line") {
      if (item.tone !== "plain") row.classList.add(item.tone);
      if (item.id === this.selected) row.classList.add("open");
    }
    this.columns.forEach((column, number) => {
      const view = item.kind === "line" ? column.cell(item.row) : (item.cells[column.id] ?? { text: "" });
      const cell = role(this.filled(view, column), number === 0 ? "rowheader" : "gridcell");
      cell.setAttribute("aria-colindex", String(number + 1));
      cell.tabIndex = -1;
      cell.dataset["at"] = `${at} ${number}`;
      if (item.kind === "group" && number === 0) {
        cell.setAttribute("aria-expanded", String(!item.isClosed));
        cell.replaceChildren(element("span", "twist", item.isClosed ? "▸" : "▾"), element("b", "", item.title), element("span", "note", item.note));
      }
      if (item.kind === "line" && column.edited && column.edited(item.row) === null) cell.setAttribute("aria-readonly", "true");
      row.append(cell);
    });
    return row;
  }

  private filled(view: CellView, column: Column<R>): HTMLElement {
    const cell = element("div", `grid-cell${column.isNumber ? " number" : ""} ${view.tone ?? "plain"} c-${column.id}`);
    if (view.title) cell.title = view.title;
    if (view.bars) {
      const bars = element("span", "bars");
      for (const height of view.bars) {
        const bar = element("i", "");
        bar.style.height = `${Math.max(1, Math.round(height * 16))}px`;
        bars.append(bar);
      }
      cell.append(bars);
      const read = element("span", "unseen", view.text);
      cell.append(read);
      return cell;
    }
    if (view.lead) cell.append(element("span", "lead", view.lead));
    if (view.pill) cell.append(element("span", `pill ${view.pill}`, view.text));
    else if (view.lead) cell.append(element("span", "", view.text));
    else cell.textContent = view.text;
    return cell;
  }

  /** Keeps the title of the group in view whose lines are on top. */
  private pin(top: number): void {
    const last = this.items.slice(0, top + 1).findLastIndex((item) => item.kind === "group");
    const item = this.items[last];
    const isNeeded = item?.kind === "group" && last < top + (this.root.scrollTop % HEIGHT > 0 ? 1 : 0) && last >= 0 && top > last - 1;
    if (!isNeeded || this.root.scrollTop <= last * HEIGHT) {
      this.pinned.replaceChildren();
      return;
    }
    const row = element("div", "grid-row group");
    this.columns.forEach((column, number) => {
      const cell = this.filled(item.cells[column.id] ?? { text: "" }, column);
      if (number === 0) cell.replaceChildren(element("span", "twist", "▾"), element("b", "", item.title), element("span", "note", item.note));
      row.append(cell);
    });
    this.pinned.replaceChildren(row);
  }

  private mark(): void {
    const [from, to] = this.range();
    for (const [at, row] of this.rendered) {
      const isIn = this.anchor !== null && at >= from.row && at <= to.row;
      [...row.children].forEach((cell, number) => {
        const isCurrent = at === this.at.row && number === this.at.column;
        (cell as HTMLElement).tabIndex = isCurrent ? 0 : -1;
        cell.classList.toggle("current", isCurrent);
        const isSelected = isCurrent || (isIn && number >= from.column && number <= to.column);
        cell.setAttribute("aria-selected", String(isSelected));
      });
    }
  }

  private range(): [{ row: number; column: number }, { row: number; column: number }] {
    const other = this.anchor ?? this.at;
    return [
      { row: Math.min(this.at.row, other.row), column: Math.min(this.at.column, other.column) },
      { row: Math.max(this.at.row, other.row), column: Math.max(this.at.column, other.column) },
    ];
  }

  private cell(row: number, column: number): HTMLElement | null {
    return (this.rendered.get(row)?.children[column] as HTMLElement | undefined) ?? null;
  }

  // ---- moving ----

  private go(row: number, column: number, isExtending: boolean): void {
    if (this.items.length === 0) return;
    if (isExtending) this.anchor ??= { ...this.at };
    else this.anchor = null;
    this.at = {
      row: Math.max(0, Math.min(row, this.items.length - 1)),
      column: Math.max(0, Math.min(column, this.columns.length - 1)),
    };
    const [top, bottom] = [this.at.row * HEIGHT, (this.at.row + 1) * HEIGHT];
    const pinned = this.items.some((item) => item.kind === "group") ? HEIGHT : 0;
    if (top - pinned < this.root.scrollTop) this.root.scrollTop = Math.max(0, top - pinned);
    const view = this.root.clientHeight - HEAD - 14;
    if (bottom > this.root.scrollTop + view) this.root.scrollTop = bottom - view;
    this.draw(false);
    const cell = this.cell(this.at.row, this.at.column);
    cell?.focus({ preventScroll: true });
    if (cell && this.at.column > 0) this.reveal(cell);
    else if (this.at.column === 0) this.root.scrollLeft = 0;
  }

  /** Scrolls sideways until the cell is not behind the first column. */
  private reveal(cell: HTMLElement): void {
    const frozen = this.columns[0] ? this.widthOf(this.columns[0]) : 0;
    const left = cell.offsetLeft - frozen;
    const right = cell.offsetLeft + cell.offsetWidth - this.root.clientWidth;
    if (left < this.root.scrollLeft) this.root.scrollLeft = left;
    else if (right > this.root.scrollLeft) this.root.scrollLeft = right;
  }

  /** The last row in this direction before the group or the end. */
  private edge(step: number): number {
    let row = this.at.row + step;
    const isLine = (at: number) => this.items[at]?.kind === "line";
    if (!isLine(row)) return Math.max(0, Math.min(row, this.items.length - 1));
    while (isLine(row + step)) row += step;
    return row;
  }

  private key(event: KeyboardEvent): void {
    // Keys of the editor are its own, also the one that has just ended it.
    if (event.target instanceof HTMLInputElement) return;
    const { row, column } = this.at;
    const page = Math.max(1, Math.floor((this.root.clientHeight - HEAD) / HEIGHT) - 1);
    const [command, shift] = [event.ctrlKey || event.metaKey, event.shiftKey];
    const own = this.columns[column];
    if (event.altKey && own && /^Arrow/.test(event.key) && !command) {
      if (/Up|Down/.test(event.key) && own.isSortable) this.actions.sort(own.id, shift, event.key === "ArrowUp" ? "" : "-");
      else if (shift && /Left|Right/.test(event.key)) this.resize(own, this.widthOf(own) + (event.key === "ArrowLeft" ? -16 : 16));
      else return;
      return event.preventDefault();
    }
    const moves: Record<string, () => void> = {
      ArrowDown: () => this.go(command ? this.edge(1) : row + 1, column, shift),
      ArrowUp: () => this.go(command ? this.edge(-1) : row - 1, column, shift),
      ArrowRight: () => this.go(row, command ? this.columns.length - 1 : column + 1, shift),
      ArrowLeft: () => this.go(row, command ? 0 : column - 1, shift),
      PageDown: () => this.go(row + page, column, shift),
      PageUp: () => this.go(row - page, column, shift),
      Home: () => this.go(command ? 0 : row, 0, shift),
      End: () => this.go(command ? this.items.length - 1 : row, this.columns.length - 1, shift),
    };
    const move = moves[event.key];
    if (move) {
      event.preventDefault();
      return move();
    }
    const letter = event.key.toLowerCase();
    if (command && !event.altKey) {
      const done: Record<string, () => void> = {
        z: () => (shift ? this.actions.redo() : this.actions.undo()),
        y: () => this.actions.redo(),
        f: () => this.actions.find(),
        a: () => ((this.anchor = { row: 0, column: 0 }), (this.at = { row: this.items.length - 1, column: this.columns.length - 1 }), this.draw(false)),
        d: () => this.fill(),
      };
      if (done[letter]) {
        event.preventDefault();
        done[letter]();
      }
      return;
    }
    const item = this.items[row];
    if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      if (item?.kind === "group") this.actions.toggle(item.id);
      else if (item) this.actions.open(item.row);
    } else if (event.key === "F2") {
      event.preventDefault();
      this.edit(null);
    } else if (event.key === "Escape") {
      this.anchor = null;
      this.mark();
      this.actions.cancel(null);
    } else if (/^[\d.,+−-]$/.test(event.key) && !event.altKey) {
      if (this.edit(event.key)) event.preventDefault();
    } else if (event.key === "Delete") {
      event.preventDefault();
      const [from, to] = this.range();
      this.actions.cancel(this.items.slice(from.row, to.row + 1).flatMap((one) => (one.kind === "line" ? [one.row] : [])));
    }
  }

  private find(target: EventTarget | null): { row: number; column: number } | null {
    const cell = target instanceof Element ? target.closest<HTMLElement>("[data-at]") : null;
    const [row, column] = (cell?.dataset["at"] ?? "").split(" ").map(Number);
    return row === undefined || column === undefined ? null : { row, column };
  }

  private press(event: MouseEvent): void {
    const found = this.find(event.target);
    if (!found || (this.editor && event.target === this.editor) || event.button !== 0) return;
    event.preventDefault();
    if (this.editor) this.finish(true, 0, 0);
    const item = this.items[found.row];
    this.go(found.row, found.column, event.shiftKey);
    if (item?.kind === "group" && found.column === 0) this.actions.toggle(item.id);
  }

  private twice(event: MouseEvent): void {
    const item = this.items[this.find(event.target)?.row ?? -1];
    if (item?.kind !== "line" || this.edit(null)) return;
    this.actions.open(item.row);
  }

  // ---- editing ----

  private edit(typed: string | null): boolean {
    const item = this.items[this.at.row];
    const column = this.columns[this.at.column];
    const start = item?.kind === "line" ? (column?.edited?.(item.row) ?? null) : null;
    const cell = this.cell(this.at.row, this.at.column);
    if (item?.kind !== "line" || start === null || !cell || !column) return false;
    const input = document.createElement("input");
    input.className = "grid-editor";
    input.value = typed ?? start;
    input.inputMode = "decimal";
    input.autocomplete = "off";
    input.setAttribute("aria-label", `${column.title}, new value`);
    cell.replaceChildren(input);
    this.editor = input;
    input.focus();
    if (typed === null) input.select();
    input.addEventListener("input", () => this.actions.typing(item.row, column.id, input.value));
    input.addEventListener("blur", () => this.editor === input && this.finish(true, 0, 0));
    input.addEventListener("keydown", (event) => {
      if (event.key === "Escape") {
        event.preventDefault();
        this.finish(false, 0, 0);
        this.actions.left();
      } else if (event.key === "Enter" || event.key === "Tab") {
        event.preventDefault();
        this.finish(true, event.key === "Enter" ? (event.shiftKey ? -1 : 0) : 0, event.key === "Tab" ? (event.shiftKey ? -1 : 1) : 0);
      }
    });
    this.actions.typing(item.row, column.id, input.value);
    return true;
  }

  private finish(isKept: boolean, down: number, right: number): void {
    const input = this.editor;
    const item = this.items[this.at.row];
    const column = this.columns[this.at.column];
    if (!input || item?.kind !== "line" || !column) return;
    const hadFocus = document.activeElement === input;
    this.editor = null;
    const isTaken = !isKept || this.actions.edit(item.row, column.id, input.value);
    if (!isTaken) {
      this.editor = input;
      input.setAttribute("aria-invalid", "true");
      return;
    }
    this.rendered.get(this.at.row)?.remove();
    this.rendered.delete(this.at.row);
    this.draw(false);
    // The bar with the reason takes the focus after an edit; otherwise it goes back to the cell.
    if (hadFocus && (document.activeElement === document.body || down !== 0 || right !== 0)) this.go(this.at.row + down, this.at.column + right, false);
  }

  private fill(): void {
    const [from, to] = this.range();
    const column = this.columns[from.column];
    const first = this.items[from.row];
    if (!column?.edited || first?.kind !== "line" || from.row === to.row) return;
    const text = column.copied(first.row);
    const rows = this.items.slice(from.row + 1, to.row + 1).flatMap((item) => (item.kind === "line" ? [item.row] : []));
    this.actions.paste(rows, column.id, rows.map(() => [text]));
  }

  private copy(event: ClipboardEvent): void {
    if (this.editor) return;
    const [from, to] = this.range();
    const columns = this.columns.slice(from.column, to.column + 1);
    const rows = this.items.slice(from.row, to.row + 1);
    const line = (item: Item<R>) => columns.map((column) => (item.kind === "line" ? column.copied(item.row) : column === this.columns[0] ? item.title : (item.cells[column.id]?.text ?? ""))).join("\t");
    event.clipboardData?.setData("text/plain", rows.map(line).join("\r\n"));
    event.preventDefault();
  }

  private paste(event: ClipboardEvent): void {
    if (this.editor) return;
    event.preventDefault();
    const text = event.clipboardData?.getData("text/plain") ?? "";
    const block = text.replace(/\r\n?/g, "\n").replace(/\n$/, "").split("\n").map((line) => line.split("\t"));
    const column = this.columns[this.at.column];
    if (!column || text === "") return;
    const [from] = this.range();
    const rows: R[] = [];
    for (let at = from.row; at < this.items.length && rows.length < block.length; at++) {
      const item = this.items[at]!;
      if (item.kind === "line") rows.push(item.row);
    }
    this.actions.paste(rows, column.id, block);
  }
}
