// Exact decimals: an integer and a number of decimals. No figure ever passes through a binary floating point number.

export interface Decimal {
  readonly units: bigint;
  readonly scale: number;
}

export const ZERO: Decimal = { units: 0n, scale: 0 };

/** Reads the text of the interface: digits with at most one point. */
export function exact(text: string): Decimal {
  const found = /^(-?)(\d+)(?:\.(\d+))?$/.exec(text);
  if (!found) throw new Error(`not an exact decimal: ${text}`);
  const decimals = found[3] ?? "";
  const units = BigInt(found[2] + decimals);
  return { units: found[1] ? -units : units, scale: decimals.length };
}

/** Reads a text, or nothing where it is not known. */
export function known(text: string | null | undefined): Decimal | null {
  return text == null ? null : exact(text);
}

/** The text of the interface. */
export function text(value: Decimal): string {
  const digits = abs(value).units.toString().padStart(value.scale + 1, "0");
  const sign = value.units < 0n ? "-" : "";
  const at = digits.length - value.scale;
  return value.scale === 0 ? sign + digits : `${sign}${digits.slice(0, at)}.${digits.slice(at)}`;
}

function units(value: Decimal, scale: number): bigint {
  return value.units * 10n ** BigInt(scale - value.scale);
}

export function plus(a: Decimal, b: Decimal): Decimal {
  const scale = Math.max(a.scale, b.scale);
  return { units: units(a, scale) + units(b, scale), scale };
}

export function minus(a: Decimal, b: Decimal): Decimal {
  return plus(a, { units: -b.units, scale: b.scale });
}

export function abs(value: Decimal): Decimal {
  return { units: value.units < 0n ? -value.units : value.units, scale: value.scale };
}

export function compare(a: Decimal, b: Decimal): number {
  const { units } = minus(a, b);
  return units < 0n ? -1 : units > 0n ? 1 : 0;
}

export function isZero(value: Decimal): boolean {
  return value.units === 0n;
}

/** Sum of the known values, and whether all are known. */
export function sum(values: Iterable<Decimal | null>): { total: Decimal; isWhole: boolean; count: number } {
  let total = ZERO;
  let isWhole = true;
  let count = 0;
  for (const value of values) {
    if (value === null) isWhole = false;
    else {
      total = plus(total, value);
      count += 1;
    }
  }
  return { total, isWhole, count };
}

/** `part ÷ whole` with that many decimals, half away from zero; nothing where the whole is zero. */
export function ratio(part: Decimal, whole: Decimal, decimals: number): Decimal | null {
  if (isZero(whole)) return null;
  const scale = Math.max(part.scale, whole.scale);
  let [above, below] = [units(part, scale) * 10n ** BigInt(decimals), units(whole, scale)];
  if (below < 0n) [above, below] = [-above, -below];
  const half = above < 0n ? -below : below;
  return { units: (2n * above + half) / (2n * below), scale: decimals };
}

/** `now ÷ before − 1` as a fraction with four decimals; nothing where there is no base. */
export function growth(now: Decimal, before: Decimal | null): Decimal | null {
  if (before === null || before.units <= 0n) return null;
  return ratio(minus(now, before), before, 4);
}

/** A share of a bar, for drawing only. */
export function share(part: Decimal, whole: Decimal): number {
  const exact = ratio(abs(part), abs(whole), 4);
  return exact === null ? 0 : Number(exact.units) / 10_000;
}
