// What the browser tests share: the program, a browser, and assertions that say what they saw.

import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import axe from "axe-core";
import { chromium } from "playwright-core";

export const root = join(dirname(fileURLToPath(import.meta.url)), "../..");
export const program = process.argv[2] ?? join(root, "target/release/quotient");
const browserPath = process.env.CHROMIUM ?? "/usr/bin/chromium";
/** Serves this directory in place of the files in the program, while the pages are worked on. */
const instead = process.env.WORKBENCH_DIST;

export const work = mkdtempSync(join(tmpdir(), "workbench-"));
const running = new Set();
const pages = [];
let browser;

export function check(is, message) {
  if (!is) throw new Error(message);
}

export function same(found, expected, message) {
  check(JSON.stringify(found) === JSON.stringify(expected), `${message}: ${JSON.stringify(found)} instead of ${JSON.stringify(expected)}`);
}

export const quotient = (...words) => quotientWith("", ...words);

/** Runs the program with a text on its standard input. */
export function quotientWith(input, ...words) {
  const done = spawnSync(program, words, { cwd: root, encoding: "utf8", input });
  check(done.status === 0, `quotient ${words.join(" ")}: ${done.stderr}`);
  return done.stdout;
}

/** Starts the program and waits until its output has the pattern. */
export function start(words, pattern) {
  const child = spawn(program, words, { cwd: root, env: { ...process.env, QUOTIENT_LOG_FORMAT: "text" } });
  running.add(child);
  let text = "";
  return new Promise((done, failed) => {
    const read = (bytes) => {
      text += bytes;
      const found = pattern.exec(text);
      if (found) done({ found, stop: () => (running.delete(child), child.kill()) });
    };
    child.stdout.on("data", read);
    child.stderr.on("data", read);
    child.on("exit", (code) => failed(new Error(`the program ended with ${code}: ${text}`)));
    setTimeout(() => failed(new Error(`no ${pattern} in: ${text}`)), 120_000).unref();
  });
}

export async function context(options = {}) {
  browser ??= await chromium.launch({
    executablePath: browserPath,
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--font-render-hinting=none"],
  });
  const made = await browser.newContext({ viewport: { width: 1440, height: 860 }, locale: "en-US", timezoneId: "UTC", colorScheme: "light", reducedMotion: "reduce", ...options });
  // The browser evaluates it by itself: the page allows no script but its own.
  await made.addInitScript({ content: axe.source });
  await made.grantPermissions(["clipboard-read", "clipboard-write"]).catch(() => undefined);
  return made;
}

/** A page that fails the test on an error, a refused resource, or a request to another host. */
export async function page(made, problems = []) {
  const opened = await made.newPage();
  opened.problems = problems;
  pages.push(opened);
  opened.on("pageerror", (error) => problems.push(`error in the page: ${error.message}\n${error.stack}`));
  opened.on("console", (line) => line.type() === "error" && !/status of 4\d\d/.test(line.text()) && problems.push(`console: ${line.text()}`));
  opened.on("request", (request) => {
    const { hostname, protocol } = new URL(request.url());
    if (protocol.startsWith("http") && hostname !== "127.0.0.1") problems.push(`a request leaves the host: ${request.url()}`);
  });
  opened.on("dialog", (dialog) => (problems.push(`a dialog: ${dialog.message()}`), dialog.dismiss()));
  if (instead)
    await opened.route(/\/workbench\//, async (route) => {
      const name = new URL(route.request().url()).pathname.replace("/workbench/", "") || "index.html";
      const response = await route.fetch();
      const { "content-length": _, "content-encoding": __, ...own } = response.headers();
      // A file that the program does not have yet comes with the type that it will have.
      const headers = response.ok() ? own : { "content-type": name.endsWith(".css") ? "text/css" : "text/javascript", "cache-control": "no-cache" };
      await route.fulfill({ status: 200, headers, body: readFileSync(join(instead, name)) });
    });
  return opened;
}

/** Violations of WCAG 2 A and AA, with the elements. */
export async function accessible(opened, where) {
  const found = await opened.evaluate(async () => {
    const { violations } = await window.axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] });
    return violations.map((one) => `${one.id} (${one.impact}): ${one.nodes.map((node) => `${node.target.join(" ")} — ${node.failureSummary}`).slice(0, 4).join("\n    ")}`);
  });
  check(found.length === 0, `axe on ${where}:\n  ${found.join("\n  ")}`);
}

export async function end() {
  await browser?.close();
  for (const child of running) child.kill();
  rmSync(work, { recursive: true, force: true });
}

/** Pictures of what is open, of a journey that failed. */
export async function pictures(directory, name) {
  for (const [at, opened] of pages.entries()) await opened.screenshot({ path: join(directory, `failed-${name}-${at}.png`) }).catch(() => undefined);
}

/** Closes what a journey has opened. */
export async function close() {
  for (const opened of pages.splice(0)) await opened.context().close().catch(() => undefined);
}

export function hasBrowser() {
  return existsSync(browserPath);
}
