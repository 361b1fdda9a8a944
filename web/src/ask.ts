// Questions that a form asks.

export interface Field {
  name: string;
  label: string;
  kind: "text" | "long" | "date" | "amount" | "number" | "choice";
  options?: Record<string, string>;
  /** May be empty. */
  isFree?: boolean;
  value?: string;
}

export interface Question {
  /** Names the form, and the place it opens at. */
  id: string;
  title: string;
  submit: string;
  note?: string;
  fields: Field[];
  /** Takes the values, amounts and numbers as exact texts; true closes the form. */
  send(values: Record<string, string>): Promise<boolean>;
}

export const today = (): string => new Date().toISOString().slice(0, 10);

/** The date that many days from today. */
export function inDays(days: number): string {
  return new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
}
