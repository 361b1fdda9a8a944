// Pages that are loaded when they are opened first.

export { default as Admin } from "./Admin.svelte";
export { default as Approvals } from "./Approvals.svelte";
export { default as Attainment } from "./Attainment.svelte";
export { default as Business } from "./Business.svelte";
export { default as Files } from "./Files.svelte";
export { default as History } from "./History.svelte";
export { default as Rules } from "./Rules.svelte";
export { default as Scenarios } from "./Scenarios.svelte";
export { default as Week } from "./Week.svelte";
