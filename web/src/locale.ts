// Amounts, rates and dates in the reader's locale, and what people type in it.

import { type Decimal, ZERO, exact, isZero, ratio, text } from "./decimal";
import type { Odds } from "./rows";

export class Locale {
  readonly tag: string;
  private readonly group: string;
  private readonly point: string;
  private readonly minus: string;
  private readonly percentTail: string;
  private readonly whole: Intl.NumberFormat;
  private readonly day: Intl.DateTimeFormat;
  private readonly time: Intl.DateTimeFormat;
  private readonly timeOfYear: Intl.DateTimeFormat;

  constructor(tag: string) {
    this.tag = Intl.NumberFormat.supportedLocalesOf(tag).length > 0 ? tag : "en";
    const numbers = new Intl.NumberFormat(this.tag, { numberingSystem: "latn" });
    const part = (kind: string, value: number) => numbers.formatToParts(value).find((one) => one.type === kind)?.value;
    this.group = part("group", 1234567) ?? ",";
    this.point = part("decimal", 1.5) ?? ".";
    this.minus = "−";
    const percent = new Intl.NumberFormat(this.tag, { numberingSystem: "latn", style: "percent" }).formatToParts(1);
    const sign = percent.findIndex((one) => one.type === "percentSign");
    this.percentTail = percent.slice(1, sign + 1).map((one) => one.value).join("") || "%";
    this.whole = new Intl.NumberFormat(this.tag, { numberingSystem: "latn", useGrouping: "always" });
    this.day = new Intl.DateTimeFormat(this.tag, { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" });
    this.timeOfYear = new Intl.DateTimeFormat(this.tag, { day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit" });
    this.time = new Intl.DateTimeFormat(this.tag, { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });
  }

  /** An amount with its exact decimals; decimals that are all zero are left out. */
  amount(value: Decimal): string {
    const plain = text(value).replace("-", "");
    const [whole = "0", decimals = ""] = plain.split(".");
    const shown = this.whole.format(BigInt(whole)) + (/[1-9]/.test(decimals) ? this.point + decimals : "");
    return value.units < 0n ? this.minus + shown : shown;
  }

  /** A number of things. */
  count(value: number): string {
    return this.whole.format(value);
  }

  /** An estimate, in whole units: its decimals say nothing. */
  about(value: Decimal): string {
    return this.amount(ratio(value, { units: 1n, scale: 0 }, 0) ?? value);
  }

  /** A difference, with its sign. */
  difference(value: Decimal): string {
    return isZero(value) ? "0" : value.units > 0n ? `+${this.amount(value)}` : this.amount(value);
  }

  /** A fraction with four decimals as percent with one. */
  percent(value: Decimal, isSigned = true): string {
    const tenths = (value.units < 0n ? -value.units : value.units) * 1000n;
    const scale = 10n ** BigInt(value.scale);
    const rounded = (2n * tenths + scale) / (2n * scale);
    const shown = `${this.whole.format(rounded / 10n)}${this.point}${rounded % 10n}${this.percentTail}`;
    const sign = rounded === 0n ? "" : value.units < 0n ? this.minus : isSigned ? "+" : "";
    return sign + shown;
  }

  /** Odds: a step of five percent says so. */
  odds(odds: Odds | null): string {
    if (odds === null) return "";
    if (!odds.isStep) return this.percent(odds.share, false);
    const percent = (ratio(odds.share, { units: 1n, scale: 2 }, 0) ?? ZERO).units;
    const [sign, shown] = percent === 0n ? ["<", 5n] : percent === 95n ? ["≥", percent] : ["≈", percent];
    return `${sign}\u00a0${this.whole.format(shown)}${this.percentTail}`;
  }

  date(iso: string): string {
    return this.day.format(new Date(`${iso.slice(0, 10)}T00:00:00Z`));
  }

  /** A time, with its year where that is not this year. */
  moment(iso: string): string {
    const at = new Date(iso);
    return (at.getFullYear() === new Date().getFullYear() ? this.time : this.timeOfYear).format(at);
  }

  /** The text that a spreadsheet of this locale reads as the same number. */
  plain(value: Decimal): string {
    return text(value).replace(".", this.point);
  }

  /**
   * Reads an amount as people type it here: `1,250,000.50`, `1.250.000,50`, `1 250 000`, `1.2m`, `45k`.
   * Nothing is guessed: a text that could mean two numbers is not read.
   */
  read(typed: string): Decimal | null {
    let rest = typed.trim().replace(/[\s\u00a0\u202f'’]/g, "").replace(/^[−–]/, "-").replace(/^\+/, "");
    const power = /[kK]$/.test(rest) ? 3 : /[mM]$/.test(rest) ? 6 : 0;
    if (power > 0) rest = rest.slice(0, -1);
    const separator = /[.,]/.test(this.group) ? this.group : "";
    const [whole = "", ...more] = rest.split(this.point);
    if (more.length > 1) return null;
    const groups = separator === "" ? [whole] : whole.split(separator);
    const isGrouped = groups.length === 1 || groups.slice(1).every((group, at) => group.length === 3 || (group.length === 2 && at < groups.length - 2));
    const digits = groups.join("");
    const decimals = more[0] ?? "";
    if (!isGrouped || !/^-?\d+$/.test(digits) || !/^\d*$/.test(decimals)) return null;
    const padded = decimals.padEnd(power, "0");
    const moved = digits + padded.slice(0, power);
    const tail = padded.slice(power);
    return exact(tail === "" ? moved : `${moved}.${tail}`);
  }
}
