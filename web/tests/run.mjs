// The workbench in a browser, against the real program and a real ledger.
//
//   node web/tests/run.mjs PROGRAM [--screenshots DIRECTORY] [--pictures docs/workbench] [--only JOURNEY,JOURNEY]
//
// Ends with 1 and the first failure of each journey. Needs Chromium (CHROMIUM names another one than /usr/bin/chromium).

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { accessible, check, close, context, end, hasBrowser, page, pictures, quotient, quotientWith, same, start, work } from "./support.mjs";

if (!hasBrowser()) {
  console.log("SKIPPED, there is no Chromium");
  process.exit(0);
}
const directory = process.argv.includes("--screenshots") ? process.argv[process.argv.indexOf("--screenshots") + 1] : join(work, "screenshots");
mkdirSync(directory, { recursive: true });
if (process.argv.includes("--pictures")) mkdirSync(process.argv[process.argv.indexOf("--pictures") + 1], { recursive: true });

const BOOK = ["--book", "examples/demonstration"];
const XSS = `<img src=x onerror="alert(1)">`;

async function shown(opened) {
  await opened.waitForSelector(".grid-row.line");
}

/** Pictures of `docs/workbench.md`, by the name of what is looked at. */
const PICTURES = ["plan", "outlook", "line", "board", "week", "business", "approvals", "history", "partner", "partner-business", "files", "scenarios", "rules", "people", "attainment"];
const pictured = process.argv.includes("--pictures") ? process.argv[process.argv.indexOf("--pictures") + 1] : null;

/** Writes a picture for the documentation: smaller, from the top, without the passing message. */
async function picture(opened, name) {
  const before = opened.viewportSize();
  const close = opened.getByRole("button", { name: "Close the message" });
  if (await close.isVisible()) await close.click();
  await opened.setViewportSize(before.width < 600 ? { width: 390, height: 760 } : { width: ["plan", "outlook", "line"].some((wide) => name.startsWith(wide)) ? 1400 : 1240, height: 690 });
  await opened.evaluate(() => scrollTo(0, 0));
  await opened.waitForTimeout(200);
  const { small } = await import("./png.mjs");
  const file = small(await opened.screenshot());
  check(file.length <= 60 << 10, `the picture ${name} has ${file.length} bytes`);
  writeFileSync(join(pictured, `${name}.png`), file);
  await opened.setViewportSize(before);
}

/** Both themes: no violation, and a picture of each. */
async function look(opened, name) {
  for (const theme of ["light", "dark"]) {
    await opened.emulateMedia({ colorScheme: theme, reducedMotion: "reduce" });
    await opened.waitForTimeout(60);
    await opened.screenshot({ path: join(directory, `${name}-${theme}.png`) });
    await accessible(opened, `${name}, ${theme}`);
    if (pictured && PICTURES.includes(name)) await picture(opened, `${name}-${theme}`);
  }
  await opened.emulateMedia({ colorScheme: "light", reducedMotion: "reduce" });
}

/** Runs commands of the plan's owner on a ledger: `to(...)` is `quotient ... --ledger FILE`. */
const toLedger = (ledger) => (...words) => quotient(...words, "--ledger", ledger);

/** True where nothing is wider than the page. */
const fits = (opened) => opened.evaluate(() => document.documentElement.scrollWidth <= innerWidth);

/** Fills the form that is open, by its labels. */
async function fill(opened, name, values, button) {
  const form = opened.getByRole("form", { name });
  for (const [label, value] of Object.entries(values)) {
    const field = form.getByLabel(label);
    if ((await field.evaluate((element) => element.tagName)) === "SELECT") await field.selectOption(value);
    else await field.fill(value);
  }
  await form.getByRole("button", { name: button }).click();
  await form.waitFor({ state: "detached" });
}

/** The line of a partner id; its first cell has the name and the id. */
const row = (opened, id) => opened.locator(".grid-body .grid-row.line", { has: opened.locator(`.c-partner:has-text("${id}")`) });
const quota = (opened, id) => row(opened, id).locator(".c-quota");
const text = async (locator) => (await locator.innerText()).replace(/\s+/g, " ").trim();
const focused = (opened) => opened.evaluate(() => document.activeElement?.getAttribute("data-at") ?? document.activeElement?.tagName);

let local;

/** A planner opens a book, types over a figure, sees who pays, records it, and takes it back. */
async function planner() {
  const ledger = join(work, "local.ledger");
  const { found } = await start(["workbench", "meridian", ...BOOK, "--target", "75000000", "--no-open", "--port", "0", "--as", "pia", "--ledger", ledger], /(http:\S+)/);
  local = { url: found[1], ledger };
  const made = await context();
  const opened = await page(made);
  const began = Date.now();
  await opened.goto(local.url);
  await shown(opened);
  console.log(`  first lines after ${Date.now() - began} ms`);
  await look(opened, "plan");

  // What the channel is likely to buy, under the totals; closed until it is asked for.
  await opened.locator(".outlook summary").click();
  same(await opened.locator(".outlook tbody tr").count(), 5, "four territories and the channel");
  await look(opened, "outlook");
  await opened.locator(".outlook summary").click();

  // One tab stop, and the numbers of an ARIA grid.
  const grid = opened.getByRole("grid");
  same(await grid.getAttribute("aria-rowcount"), "157", "rows, with the header and six groups");
  same(await opened.locator('.grid-body [tabindex="0"]').count(), 1, "tab stops");
  await opened.locator(".grid-body [tabindex='0']").focus();
  await opened.keyboard.press("Control+End");
  same((await focused(opened)).split(" ")[0], "155", "the last row after Ctrl+End");
  await opened.mouse.wheel(0, -100_000);
  await opened.waitForTimeout(100);
  same((await focused(opened)).split(" ")[0], "155", "the focus survives scrolling away");
  await opened.keyboard.press("Control+Home");
  same(await focused(opened), "0 0", "the first cell after Ctrl+Home");

  // Type over a figure: the preview comes while typing, Esc takes everything back.
  await quota(opened, "P0008").click();
  await opened.keyboard.type("440k");
  await opened.waitForSelector(".grid-row.line .moved");
  const moved = await opened.locator(".grid-row.line .moved").count();
  check(moved > 3, `lines that pay are tinted: ${moved}`);
  await opened.keyboard.press("Escape");
  await opened.waitForSelector(".grid-cell.moved", { state: "detached" });
  same(await text(quota(opened, "P0008")), "480,300", "Esc takes it back");

  // Enter keeps it and asks for a reason; Enter records it.
  await opened.keyboard.type("440000.50");
  await opened.keyboard.press("Enter");
  await opened.waitForSelector("form.draft input:focus");
  await opened.waitForSelector("form.draft button:has-text('that pay')");
  same(await text(quota(opened, "P0008")), "−40,299.50 440,000.50", "the draft with its difference, exact");
  // The odds are those of the draft: a step of the engine, better than those of the proposal.
  const odds = await text(row(opened, "P0008").locator(".c-odds"));
  check(/^≈.\d\d%$/.test(odds), `odds of a draft: ${odds}`);
  await look(opened, "draft");
  await opened.keyboard.type(XSS);
  await opened.keyboard.press("Enter");
  await opened.waitForSelector(".notice.done");
  same(await text(quota(opened, "P0008")), "440,000.50", "the figure is recorded");
  same(await text(row(opened, "P0008").locator(".c-state")), "offered", "its state");
  check((await text(opened.locator(".kpis"))).includes("−40,299.50"), `the header has the difference: ${await text(opened.locator(".kpis"))}`);
  const log = quotient("plan", "log", "FY2026", "--line", "P0008", "--ledger", ledger);
  check(log.includes("440,000.50"), `the ledger has it: ${log}`);

  // The drawer: steps, reasons as text, and the history.
  await row(opened, "P0008").locator(".c-partner").dblclick();
  await opened.waitForSelector(".drawer .steps li");
  await opened.waitForSelector(".drawer .talk q");
  same(await opened.locator(".drawer .talk q").innerText(), XSS, "a reason is text");
  same(await opened.locator(".drawer img").count(), 0, "no markup of a reason becomes an element");
  await look(opened, "line");
  check(opened.url().includes("line=P0008"), "the open line is in the address");
  await opened.keyboard.press("Escape");
  await opened.waitForSelector(".drawer", { state: "detached" });

  // Undo is a new offer with its own reason.
  await quota(opened, "P0008").click();
  await opened.keyboard.press("Control+z");
  await opened.waitForSelector("form.draft");
  check((await text(quota(opened, "P0008"))).endsWith("480,300"), "undo drafts the figure before");
  await opened.locator("form.draft input").focus();
  await opened.keyboard.press("Enter");
  await opened.waitForSelector("form.draft", { state: "detached" });
  same(await text(quota(opened, "P0008")), "480,300", "taken back");

  // Filter, groups and order are in the address, and another tab shows the same.
  await opened.getByPlaceholder("Filter").fill('territory:West change>15% manager:"A. Okafor"');
  await opened.waitForFunction(() => /of 150 lines/.test(document.querySelector(".count")?.textContent ?? ""));
  const lines = await opened.locator(".grid-row.line").count();
  check(lines > 0 && lines < 36, `lines of the filter: ${lines}`);
  const second = await page(made);
  await second.goto(opened.url());
  await shown(second);
  same(await second.locator(".grid-row.line").count(), lines, "the address has the filter");
  await second.close();
  await opened.getByPlaceholder("Filter").fill("colour:red");
  await opened.waitForSelector(".hint:has-text('Not read')");
  await opened.getByPlaceholder("Filter").fill("");

  // Order by several columns, by mouse and by key; widths by mouse and by key, and no digit is ever cut.
  const header = (name) => opened.getByRole("columnheader", { name });
  const names = async () => opened.locator(".grid-body .grid-row.line .c-territory").allInnerTexts();
  await opened.locator(".bar select").first().selectOption("none");
  await header("Territory").click();
  await header("Quota").click({ modifiers: ["Shift"] });
  await header("Quota").click({ modifiers: ["Shift"] });
  check(opened.url().includes("sort=territory%2C-quota"), `the order is in the address: ${opened.url()}`);
  same([await header("Territory").getAttribute("data-order"), await header(/^Quota/).getAttribute("data-order")], ["↑1", "↓2"], "the headers say the order");
  const territories = await names();
  same(territories, [...territories].sort((a, b) => a.localeCompare(b)), "by territory");
  const amounts = (await opened.locator(".grid-body .grid-row.line .c-quota").allInnerTexts()).map((one) => BigInt(one.replace(/\D/g, "")));
  for (let at = 1; at < amounts.length; at++) if (territories[at] === territories[at - 1]) check(amounts[at] <= amounts[at - 1], "then by quota, descending");
  await opened.locator(".grid-body .grid-row.line .c-state").first().click();
  await opened.keyboard.press("Alt+ArrowDown");
  check(opened.url().includes("sort=-state"), `a key sorts by its column: ${opened.url()}`);
  const wide = async (name) => Math.round((await header(name).boundingBox()).width);
  const [before, figures] = [await wide(/^State/), await wide(/^Quota/)];
  await opened.keyboard.press("Alt+Shift+ArrowRight");
  same(await wide(/^State/), before + 16, "a key makes a column wider");
  const edge = await header(/^State/).boundingBox();
  await opened.mouse.move(edge.x + edge.width - 3, edge.y + 16);
  await opened.mouse.down();
  await opened.mouse.move(edge.x + edge.width + 47, edge.y + 16, { steps: 4 });
  await opened.mouse.up();
  same(await wide(/^State/), before + 66, "the edge of a header is dragged");
  await opened.locator(".grid-body .grid-row.line .c-quota").first().click();
  for (let times = 0; times < 5; times++) await opened.keyboard.press("Alt+Shift+ArrowLeft");
  same(await wide(/^Quota/), figures, "a column of figures is never narrower than its figures");
  await opened.reload();
  await shown(opened);
  same(await wide(/^State/), before + 66, "widths are remembered");
  await header(/^State/).locator(".handle").dblclick();
  same(await wide(/^State/), before, "the usual width again");
  await header(/^State/).click();
  check(!opened.url().includes("sort="), "the third click takes the order away");
  await opened.locator(".bar select").first().selectOption("manager");
  await shown(opened);

  // Copy a block, paste it changed; Ctrl+D fills down; one undo per figure.
  await quota(opened, "P0003").click();
  await opened.keyboard.press("Shift+ArrowDown");
  await opened.keyboard.press("Control+c");
  same(await opened.evaluate(() => navigator.clipboard.readText()), "150000.00\r\n615300.00", "the copied block");
  await opened.evaluate(() => navigator.clipboard.writeText("151,000\r\n616000.25\r\n"));
  await quota(opened, "P0003").click();
  await opened.keyboard.press("Control+v");
  await opened.waitForSelector("form.draft:has-text('2 lines')");
  same(await text(quota(opened, "P0006")), "+700.25 616,000.25", "the pasted figure");
  await quota(opened, "P0003").focus();
  await opened.keyboard.press("Control+z");
  await opened.waitForFunction(() => !/2 lines/.test(document.querySelector("form.draft")?.textContent ?? ""));
  await opened.keyboard.press("Control+z");
  await opened.waitForSelector("form.draft", { state: "detached" });

  // A figure that is no amount is refused with what to do; nothing is recorded.
  await quota(opened, "P0003").click();
  await opened.keyboard.type("1.2.3");
  await opened.keyboard.press("Enter");
  await opened.waitForSelector(".notice.refused:has-text('is not an amount')");
  await opened.keyboard.press("Escape");

  // Decimal comma.
  await opened.getByRole("button", { name: "pia" }).click();
  await opened.getByLabel("Numbers and dates").selectOption("de-DE");
  await quota(opened, "P0003").click();
  await opened.keyboard.type("151.000,25");
  await opened.keyboard.press("Enter");
  await opened.waitForSelector("form.draft");
  same(await text(quota(opened, "P0003")), "+1.000,25 151.000,25", "figures in the reader's locale");
  await opened.keyboard.press("Escape");
  await opened.getByLabel("Numbers and dates").selectOption("");
  await opened.getByRole("button", { name: "pia" }).click();

  // The negotiation.
  await opened.getByRole("link", { name: "Negotiation" }).click();
  await opened.waitForSelector(".lane");
  await look(opened, "board-empty");
  same(opened.problems, [], "problems of the page");
}

/** Two people change one line: one wins, the other sees what changed and decides. */
async function together() {
  const [pia, mara] = [await page(await context()), await page(await context())];
  await pia.goto(local.url);
  await mara.goto(local.url);
  await shown(pia);
  await shown(mara);
  await mara.getByRole("button", { name: "pia" }).click();
  await mara.getByLabel("You are").fill("mara");
  await mara.getByRole("button", { name: "Change" }).click();
  await mara.waitForSelector("button:has-text('mara')");
  await shown(mara);
  await quota(pia, "P0020").click();
  await pia.keyboard.type("98000");
  await pia.keyboard.press("Enter");
  await quota(mara, "P0020").click();
  await mara.keyboard.type("99000");
  await mara.keyboard.press("Enter");
  await mara.waitForSelector("form.draft input:focus");
  await mara.keyboard.type("first");
  await mara.keyboard.press("Enter");
  await mara.waitForSelector(".notice.done");
  await pia.waitForSelector("form.draft [role=alert]:has-text('99,000')");
  check(await pia.getByRole("button", { name: /^Offer this line/ }).isDisabled(), "nothing is recorded over a change that was not seen");
  await accessible(pia, "conflict");
  await pia.getByRole("button", { name: "Keep mine" }).click();
  await pia.locator("form.draft input").fill("second, after a look");
  await pia.keyboard.press("Enter");
  await pia.waitForSelector("form.draft", { state: "detached" });
  await mara.waitForFunction(() => /98,000/.test(document.querySelector(".notice")?.textContent ?? ""));
  same(await text(quota(mara, "P0020")), "98,000", "the other page follows");
  same([...pia.problems, ...mara.problems], [], "problems of the pages");
}

const TOKENS = { pia: "token-of-pia-for-the-planner", okafor: "token-of-okafor-the-manager", berg: "token-of-berg-at-the-partner", dana: "token-of-dana-the-approver" };

/** A team with tokens: an account manager answers a partner; each sees their own part only. */
async function team() {
  const ledger = join(work, "team.ledger");
  const at = ["--ledger", ledger];
  const to = (...words) => quotient(...words, ...at);
  quotient("plan", "open", "FY2026", "meridian", ...BOOK, "--target", "75000000", "--as", "pia", ...at);
  to("ledger", "grant", "pia", "planner", "--as", "pia");
  to("ledger", "grant", "okafor", "channel_manager", "--manager", "A. Okafor", "--as", "pia");
  to("ledger", "grant", "berg", "partner_user", "--partner", "P0008", "--as", "pia");
  to("ledger", "grant", "dana", "approver", "--as", "pia");
  to("plan", "offer", "FY2026", "--manager", "A. Okafor", "--as", "okafor");
  const file = join(work, "tokens.toml");
  const scopes = `scopes = ["plan"]`;
  writeFileSync(file, Object.entries(TOKENS).map(([name, token]) => `[[token]]\nname = "${name}"\ntoken = "${token}"\nperson = "${name}"\n${scopes}\n`).join("\n"));
  const { found } = await start(["serve", "--workbench", "--listen", "127.0.0.1:0", "--tokens", file, ...at], /(?:address"?[=:]"?|listening.*?)(127\.0\.0\.1:\d+)/);
  const base = `http://${found[1]}/`;

  // The root leads to the workbench, which nobody may put into a frame.
  const response = await fetch(base);
  check(response.url.endsWith("/workbench/"), `the root leads to ${response.url}`);
  same(response.headers.get("x-frame-options"), "DENY", "frames");
  const policy = response.headers.get("content-security-policy");
  for (const part of ["default-src 'none'", "frame-ancestors 'none'", "script-src 'self'", "require-trusted-types-for 'script'"]) check(policy.includes(part), `the policy has ${part}: ${policy}`);
  const again = await fetch(`${base}workbench/app.js`, { headers: { "if-none-match": (await fetch(`${base}workbench/app.js`)).headers.get("etag") } });
  same(again.status, 304, "a file that the browser has");

  const enter = async (name, options) => {
    const opened = await page(await context(options));
    await opened.goto(`${base}workbench/`);
    await opened.getByLabel("Your token").waitFor();
    if (name === "berg") await look(opened, "sign-in");
    await opened.getByLabel("Your token").fill(TOKENS[name]);
    await opened.getByRole("button", { name: "Continue" }).click();
    return opened;
  };
  const stranger = await page(await context());
  await stranger.goto(`${base}workbench/`);
  await stranger.getByLabel("Your token").fill("a-token-that-nobody-has-given");
  await stranger.getByRole("button", { name: "Continue" }).click();
  await stranger.waitForSelector("[role=alert]");

  // A person with a password: the session is in a cookie that no page can read, and survives a reload until signing out.
  quotientWith("four plain words in a row\n", "ledger", "password", "okafor", "--as", "pia", ...at);
  const signed = await page(await context());
  await signed.goto(`${base}workbench/`);
  await signed.getByLabel("Your name").fill("okafor");
  await signed.getByLabel("Password").fill("words that are not those");
  await signed.getByRole("button", { name: "Sign in" }).click();
  await signed.waitForSelector("[role=alert]:has-text('do not belong together')");
  same(await signed.getByLabel("Password").inputValue(), "", "a refused password does not stay in the page");
  await signed.getByLabel("Password").fill("four plain words in a row");
  await signed.getByRole("button", { name: "Sign in" }).click();
  await shown(signed);
  same(await signed.evaluate(() => document.cookie), "", "what scripts see of the session");
  same(await signed.evaluate(() => Object.keys(sessionStorage).length), 0, "what the tab stores of the session");
  await signed.reload();
  await shown(signed);
  await signed.getByRole("button", { name: "okafor" }).click();
  await signed.getByRole("button", { name: "Sign out" }).click();
  await signed.getByLabel("Your name").waitFor();
  await signed.reload();
  await signed.getByLabel("Your name").waitFor();

  // The partner on a phone: the number at once, another one with a reason.
  const berg = await enter("berg", { viewport: { width: 390, height: 844 } });
  await berg.waitForSelector(".headline");
  check((await text(berg.locator(".headline").first())).endsWith("480,300"), "the partner's number");
  await berg.waitForSelector("h2:has-text('Why 480,300')");
  check((await text(berg.locator(".steps.own .label").first())) === "history", "the first step to the figure");
  await look(berg, "partner");
  const all = await berg.content();
  for (const hidden of ["75,000,000", "Granite Technologies", "P0007", "Assessment"]) check(!all.includes(hidden), `the partner's page has ${hidden}`);
  same(await berg.evaluate(() => document.documentElement.scrollWidth <= innerWidth), true, "nothing is wider than the phone");
  await berg.getByRole("button", { name: "Propose another" }).click();
  await berg.getByLabel("Your figure").fill("440,000");
  await berg.getByLabel("In your words").fill(`two engineers left ${XSS}`);
  await look(berg, "partner-proposes");
  await berg.getByRole("button", { name: "Send" }).click();
  await berg.waitForSelector("text=You asked for");

  // Another address changes nothing of what a partner sees.
  await berg.goto(`${base}workbench/#vendor=meridian&plan=FY2026&view=plan&line=P0007`);
  await berg.reload();
  await berg.waitForSelector(".headline");
  same(await berg.locator(".grid, .drawer").count(), 0, "a partner's page has no grid");
  same(await berg.locator("nav a").allInnerTexts(), ["Quota", "Business plan"], "the pages of a partner");
  for (const [path, status] of [["lines?limit=1000", 200], ["bases", 200], ["explanation?line=%5B%22P0008%22,null,null%5D", 404], ["explanation?line=%5B%22P0007%22,null,null%5D", 404], ["events?line=%5B%22P0007%22,null,null%5D", 200], ["quotas", 403]]) {
    const answer = await fetch(`${base}v1/vendors/meridian/plans/FY2026/${path}`, { headers: { authorization: `Bearer ${TOKENS.berg}` } });
    same(answer.status, status, `a partner asks for ${path}`);
    const body = await answer.text();
    check(!/Granite|"P0001"|"P0007"/.test(body.replace(/"detail":"[^"]*"|"message":"[^"]*"|"fields":\{[^}]*\}|"value":"[^"]*"/g, "")), `a partner sees ${path}: ${body.slice(0, 300)}`);
    if (path === "bases") same(JSON.parse(body).lines, [], "a partner sees no basis of a figure");
  }

  // The account manager: own lines only, the counter on top, who pays, an answer.
  const okafor = await enter("okafor");
  await shown(okafor);
  check((await text(okafor.locator(".count"))) === "36 lines", "an account manager sees own lines");
  await okafor.getByRole("link", { name: "Negotiation" }).click();
  const lane = okafor.locator(".lane", { hasText: "They ask for another figure" });
  await lane.waitFor();
  check((await text(lane)).includes("440,000"), "the counter is on the board");
  await lane.locator(".name").click();
  await okafor.waitForSelector(".drawer .talk q");
  same(await okafor.locator(".drawer .talk img").count(), 0, "the partner's words are text");
  await look(okafor, "board");
  await okafor.locator(".drawer").getByRole("button", { name: "Offer another" }).click();
  await okafor.locator(".drawer").getByLabel("Figure in").fill("460,000");
  await okafor.locator(".drawer").getByLabel("Reason").fill("meets halfway, reviewed in June");
  await okafor.locator(".drawer").getByRole("button", { name: "Offer another" }).click();
  await okafor.waitForSelector(".notice.done");

  // The partner's page follows, and accepts.
  await berg.waitForFunction(() => /460,000/.test(document.querySelector(".headline")?.textContent ?? ""));
  await berg.getByRole("button", { name: "Accept" }).click();
  await berg.waitForSelector("text=Agreed by both sides");
  await berg.waitForSelector(".agreement");
  check(/sha256:[0-9a-f]{64}/.test(await text(berg.locator(".agreement"))), "the agreement has its digest");
  const [kept] = await Promise.all([berg.waitForEvent("download"), berg.getByRole("button", { name: "Keep a copy" }).click()]);
  const copy = join(work, kept.suggestedFilename());
  await kept.saveAs(copy);
  check(to("ledger", "verify", "--anchor", copy).includes("intact"), "the ledger is verified against the partner's copy");
  await look(berg, "partner-agreed");

  // The approver.
  const dana = await enter("dana");
  await shown(dana);
  await dana.getByPlaceholder("Filter").fill("state:accepted");
  await dana.locator(".grid-row.line .c-partner").first().dblclick();
  await dana.locator(".drawer").getByRole("button", { name: "Approve" }).click();
  await dana.locator(".drawer form").getByRole("button", { name: "Approve" }).click();
  await dana.waitForSelector(".drawer .pill.approved");
  await dana.keyboard.press("Escape");

  // Many lines at once: the other partners accept, the approver approves what she may.
  to("plan", "accept", "FY2026", "--manager", "A. Okafor", "--partner", "partner portal", "--evidence", "portal.csv", "--as", "okafor");
  await dana.waitForFunction(() => /^3\d of 150/.test(document.querySelector(".count")?.textContent ?? ""));
  await dana.getByLabel("Do with these lines").selectOption("approve");
  await look(dana, "approve");
  await dana.keyboard.press("Enter");
  await dana.waitForSelector(".notice.done:has-text('Approval recorded, 35 lines')");
  const log = to("plan", "log", "FY2026", "--line", "P0008");
  for (const words of ["asks for 440,000.00", "460,000.00", "meets halfway", "dana approves"]) check(log.includes(words), `the ledger says ${words}: ${log}`);
  same([...stranger.problems, ...berg.problems, ...okafor.problems, ...dana.problems], [], "problems of the pages");
}

const PEOPLE = [["pia", "planner"], ["okafor", "channel_manager", "--manager", "A. Okafor"], ["berg", "partner_user", "--partner", "P0008"], ["dana", "approver"], ["finn", "approver", "--approves", "finance"], ["audra", "auditor"]];

/** A server without tokens on this machine: each page says who asks. */
async function site(name, ...opening) {
  return siteOf("FY2026", name, ...opening);
}

async function siteOf(plan, name, ...opening) {
  const ledger = join(work, `${name}.ledger`);
  const to = toLedger(ledger);
  quotient("plan", "open", plan, "meridian", ...BOOK, "--target", "75000000", ...opening, "--as", "pia", "--ledger", ledger);
  for (const grant of PEOPLE) to("ledger", "grant", ...grant, "--as", "pia");
  const { found } = await start(["serve", "--workbench", "--listen", "127.0.0.1:0", "--ledger", ledger], /(?:address"?[=:]"?|listening.*?)(127\.0\.0\.1:\d+)/);
  return { to, enter: entrance(`http://${found[1]}/workbench/`, plan) };
}

/** The same on the planner's machine: the program has the book, and the files of the rules. */
async function machine(name) {
  const ledger = join(work, `${name}.ledger`);
  const to = toLedger(ledger);
  quotient("plan", "open", "FY2026", "meridian", ...BOOK, "--target", "75000000", "--as", "pia", "--ledger", ledger);
  for (const grant of PEOPLE) to("ledger", "grant", ...grant, "--as", "pia");
  const { found } = await start(["workbench", "meridian", ...BOOK, "--target", "75000000", "--plan-name", "FY2026", "--no-open", "--port", "0", "--as", "pia", "--ledger", ledger], /(http:\S+?)#/);
  return { to, enter: entrance(found[1]) };
}

/** Opens a page as a person. */
function entrance(url, plan = "FY2026") {
  const base = `${url}#vendor=meridian&plan=${plan}`;
  return async (person, place, options) => {
    const made = await context(options);
    await made.addInitScript(`localStorage.setItem("quotient.person", ${JSON.stringify(person)})`);
    const opened = await page(made);
    await opened.goto(`${base}&${place}`);
    return opened;
  };
}

const PHONE = { viewport: { width: 390, height: 844 } };

/** Who may do what: given, used and revoked on the page. */
async function people() {
  const { enter } = await site("people");
  const pia = await enter("pia", "view=admin");
  const grants = pia.getByRole("region", { name: "Grants" });
  await grants.waitFor();
  same(await grants.locator("tbody tr").count(), 6, "the grants of the site");
  check((await text(grants.getByRole("row", { name: /okafor/ }))).includes("36 partners"), "what an account manager sees");
  await look(pia, "people");
  const nora = await enter("nora", "view=plan");
  await nora.getByText("Nothing to see yet").waitFor();
  await pia.getByRole("button", { name: "Give a grant" }).click();
  const form = pia.getByRole("form", { name: "New grant" });
  await form.getByLabel("Person").fill("nora");
  await form.getByLabel("Role").selectOption("channel_manager");
  await form.getByRole("button", { name: "Give" }).click();
  await pia.getByRole("alert").getByText(/a channel manager needs a part of the channel/).waitFor();
  await form.getByLabel("Partner ids").fill("P0008, P0007");
  await form.getByLabel("Reason").fill(`covers for A. Okafor ${XSS}`);
  await form.getByRole("button", { name: "Give" }).click();
  await pia.waitForSelector(".notice:has-text('nora has the grant')");
  check((await text(grants.getByRole("row", { name: /nora/ }))).includes("2 partners"), "what the new person sees");
  same(await pia.locator("main img").count(), 0, "no markup of a reason becomes an element");
  await nora.reload();
  await shown(nora);
  same(await nora.locator(".grid-row.line").count(), 2, "two partners");
  await pia.getByRole("button", { name: "Revoke the grant of nora" }).click();
  const ask = pia.getByRole("form", { name: "Revoke the grant of nora" });
  await ask.getByLabel("Reason").fill("is back");
  await ask.getByRole("button", { name: "Revoke" }).click();
  await pia.waitForSelector(".notice:has-text('is revoked')");
  same(await grants.getByRole("row", { name: /nora/ }).count(), 0, "revoked grants are hidden");
  await pia.getByRole("button", { name: "Show 1 revoked" }).click();
  check((await text(grants.getByRole("row", { name: /nora/ }))).includes("revoked by pia"), "who revoked it");
  await nora.reload();
  await nora.getByText("Nothing to see yet").waitFor();
  await accessible(pia, "people");
  await pia.setViewportSize(PHONE.viewport);
  same(await fits(pia), true, "people fit a phone");
  const berg = await enter("berg", "view=admin");
  await berg.waitForSelector("main");
  await berg.waitForTimeout(300);
  same(await berg.locator(".admin").count(), 0, "a partner has no such page");
  same([...pia.problems, ...nora.problems, ...berg.problems], [], "problems of the pages");
}

/** The account manager's week, and the business plan of a partner from the first objective to both signatures. */
async function business() {
  const { to, enter } = await site("business");
  const okafor = await enter("okafor", "view=week");
  await okafor.waitForSelector("text=No offer is out");
  await okafor.waitForSelector("text=No business plan has been agreed yet");
  await accessible(okafor, "an empty week");
  to("plan", "offer", "FY2026", "--manager", "A. Okafor", "--as", "okafor");
  to("plan", "counter", "FY2026", "--line", "P0008", "--amount", "440000", "--code", "capacity", "--reason", XSS, "--partner", "K. Berg", "--as", "okafor");
  const risk = okafor.getByRole("region", { name: "Partners by money at risk" });
  await risk.locator("li", { hasText: "Drift Integration" }).waitFor();
  check((await text(risk.locator("li").first())).startsWith("Drift Integration P0150 at risk 2,846,300"), `the most money is on top: ${await text(risk.locator("li").first())}`);
  await risk.getByLabel("Order").selectOption("widest gap first");
  await okafor.waitForFunction(() => /Harbor Cloud/.test(document.querySelector(".lane li")?.textContent ?? ""));
  check((await text(risk.locator("li").first())).includes("gap 40,300 (8.4%)"), `the gap: ${await text(risk.locator("li").first())}`);
  check(okafor.url().includes("sort=-gap"), "the order is in the address");
  const changes = okafor.getByRole("region", { name: "What changed" });
  await changes.getByText("offers").waitFor();
  check((await text(changes)).includes("okafor offers 36 lines"), `offers of one command are one entry: ${await text(changes)}`);
  check((await text(changes)).includes(XSS), "a reason is text");
  same(await okafor.locator(".lane img").count(), 0, "no markup of a reason becomes an element");

  // A business plan, by keyboard: an objective, an activity with funds, then both signatures.
  await okafor.getByRole("link", { name: "Business plans" }).click();
  await okafor.waitForSelector("text=No partner has a business plan yet");
  await okafor.getByLabel("Start one with").selectOption("P0008");
  await okafor.waitForSelector("text=A signature needs an activity");
  await okafor.waitForSelector("h2:focus:has-text('Harbor Cloud')");
  await okafor.getByRole("button", { name: "Add an objective" }).focus();
  await okafor.keyboard.press("Enter");
  await okafor.waitForSelector("form.action input:focus");
  await okafor.keyboard.type("certified engineers");
  await okafor.keyboard.press("Tab");
  await okafor.keyboard.type("Cert");
  await okafor.keyboard.press("Tab");
  await okafor.keyboard.type("2");
  await okafor.keyboard.press("Tab");
  await okafor.keyboard.type("6");
  await okafor.keyboard.press("Enter");
  await okafor.waitForSelector(".lane li:has-text('certified engineers')");
  await okafor.waitForSelector("button:focus:has-text('Add an objective')");
  await okafor.getByRole("button", { name: "Add an activity" }).click();
  await look(okafor, "business-form");
  const add = okafor.getByRole("form", { name: "New activity" });
  await add.getByLabel("Cost in USD").fill("1.2.3");
  await add.getByLabel("Work to be done").fill(XSS);
  await add.getByLabel("Due").fill("2020-04-30");
  await add.getByRole("button", { name: "Add" }).click();
  await add.locator("[role=alert]:has-text('is not an amount')").waitFor();
  await fill(okafor, "New activity", { "Cost in USD": "12,000.50", "Market development funds": "6,000.25", "For the objective": "O1" }, "Add");
  const activity = okafor.locator(".lane li", { hasText: "A1 ·" });
  await activity.waitFor();
  for (const part of [XSS, "12,000.50", "6,000.25", "late", "waits for channel director", "for O1"]) check((await text(activity)).includes(part), `the activity has ${part}: ${await text(activity)}`);
  await okafor.waitForSelector("text=A1: no owner is named");
  await okafor.getByRole("button", { name: "Edit A1" }).click();
  await fill(okafor, "Activity A1", { Owner: "K. Berg", "Work to be done": "Roadshow in the north" }, "Save");
  await okafor.waitForSelector("text=A1: no owner is named", { state: "detached" });
  check((await text(activity)).includes("12,000.50"), "an edit leaves the other parts");
  await okafor.getByRole("button", { name: "Add a target account" }).click();
  await fill(okafor, "New target account", { Customer: "Northern Rail", "Expected revenue": "60,000" }, "Add");
  await okafor.getByRole("button", { name: "Add a risk" }).click();
  await fill(okafor, "New risk", { "What may happen": XSS, Likelihood: "high", "What is done about it": "a second engineer" }, "Add");
  const shared = okafor.getByRole("region", { name: "Target accounts and risks" });
  await shared.locator("li", { hasText: "R1 ·" }).waitFor();
  for (const part of ["Northern Rail", "60,000", XSS, "high", "a second engineer"]) check((await text(shared)).includes(part), `accounts and risks have ${part}: ${await text(shared)}`);
  await okafor.getByRole("button", { name: "Edit R1" }).click();
  await fill(okafor, "Risk R1", { Likelihood: "low" }, "Save");
  await shared.locator("li:has-text('R1 ·'):has-text('low')").waitFor();
  await okafor.getByRole("button", { name: "Edit these" }).click();
  await fill(okafor, "Sponsors, vision", { "Vision of both sides": "Win the north together", "Sponsor at the vendor": "A. Okafor", "Sponsor at the partner": "K. Berg" }, "Save");
  await okafor.getByRole("button", { name: "Sign", exact: true }).click();
  await fill(okafor, "Sign for the vendor", {}, "Sign");

  // The partner on a phone: the own plan only, the own activities, and the signature.
  const berg = await enter("berg", "view=business&partner=P0007", PHONE);
  await berg.waitForSelector("h2:has-text('Harbor Cloud')");
  check(!(await berg.content()).includes("Granite"), "a changed address shows no other partner");
  same(await berg.getByRole("button", { name: /^Drop|Edit O1|Add an objective|Edit these/ }).count(), 0, "what is the vendor's to change");
  await berg.getByRole("button", { name: "Sign", exact: true }).click();
  await fill(berg, "Sign for the partner", {}, "Sign");
  await berg.locator("section[aria-label=Signatures] li", { hasText: "berg" }).waitFor();
  await look(berg, "partner-business");
  same(await fits(berg), true, "the partner's business plan fits the phone");
  await okafor.getByRole("button", { name: "← All business plans" }).click();
  await okafor.waitForSelector(".pill:has-text('signed by both')");

  // Two people change one business plan at once: the second sees what changed first.
  await okafor.locator(".name").first().click();
  await okafor.getByRole("button", { name: "Edit O1" }).click();
  await berg.getByRole("button", { name: "Record value" }).click();
  await fill(berg, "Value of O1", { "certified engineers": "3" }, "Record the value");
  await berg.waitForSelector("text=25.0%");
  await okafor.waitForSelector("text=25.0%");
  const edit = okafor.getByRole("form", { name: "Objective O1" });
  await edit.getByLabel("Target").fill("7");
  await edit.getByRole("button", { name: "Save" }).click();
  await okafor.waitForSelector(".notice.refused:has-text('Another person changed this business plan first')");
  same(await okafor.locator("text=25.0%").count(), 1, "nothing is recorded over a change that was not seen");
  await edit.getByRole("button", { name: "Save" }).click();
  await okafor.waitForSelector("text=20.0%");

  // Marked as done on the week's page; a person with another role changes nothing.
  await okafor.getByRole("link", { name: "This week" }).click();
  const due = okafor.getByRole("region", { name: "Agreed actions" });
  await due.locator("li", { hasText: "Roadshow in the north" }).waitFor();
  await look(okafor, "week");
  await due.getByRole("button", { name: "Mark as done" }).click();
  await fill(okafor, "A1 is done", { Evidence: "photos.pdf" }, "Record as done");
  await due.locator("li", { hasText: "Roadshow" }).waitFor({ state: "detached" });
  const log = to("plan", "log", "FY2026");
  for (const words of ["certified engineers", "Roadshow in the north", "was done on"]) check(log.includes(words), `the ledger says ${words}`);
  await okafor.getByRole("link", { name: "Business plans" }).click();
  await okafor.locator(".name").first().click();
  await look(okafor, "business");
  // The printed agreement, in black on white: no button, but digests of what was signed.
  to("plan", "business-plan", "sign", "FY2026", "P0008", "--as", "okafor");
  await okafor.waitForSelector("section[aria-label=Signatures] li:has-text('okafor')");
  await okafor.evaluate(() => (window.print = () => (document.title = "printed")));
  await okafor.getByRole("button", { name: "Print" }).click();
  await okafor.waitForFunction(() => document.title === "printed");
  await okafor.emulateMedia({ media: "print", colorScheme: "dark" });
  same(await okafor.locator("button:visible, nav:visible").count(), 0, "nothing to press on paper");
  const signed = /"digest":"([^"]+)","partner_id":"P0008"/.exec(JSON.stringify((await okafor.evaluate(async () => (await (await fetch("/v1/vendors/meridian/plans/FY2026/events?limit=1000", { headers: { "quotient-person": "okafor" } })).json()).events.filter((event) => event.kind === "business_plan.signed").map(({ body: { digest, partner_id } }) => ({ digest, partner_id })).at(-1)))))[1];
  check((await text(okafor.locator("section[aria-label=Signatures]"))).includes(signed), `the digest of what was signed: ${await text(okafor.locator("section[aria-label=Signatures]"))}`);
  same(await okafor.evaluate(() => getComputedStyle(document.body).backgroundColor), "rgb(255, 255, 255)", "paper is white");
  await okafor.screenshot({ path: join(directory, "business-print.png"), fullPage: true });
  await okafor.emulateMedia({ media: "screen", colorScheme: "light", reducedMotion: "reduce" });
  await okafor.setViewportSize(PHONE.viewport);
  same(await fits(okafor), true, "the business plan fits a phone");
  await okafor.getByRole("link", { name: "This week" }).click();
  await risk.waitFor();
  same(await fits(okafor), true, "the week fits a phone");
  await accessible(okafor, "the week on a phone");
  const audra = await enter("audra", "view=business&partner=P0008");
  await audra.waitForSelector("h2:has-text('Harbor Cloud')");
  same(await audra.locator("main button").allInnerTexts(), ["← All business plans", "Print"], "an auditor reads");
  same([...okafor.problems, ...berg.problems, ...audra.problems], [], "problems of the pages");
}

/** An approver: like cases together, the rule that asks, another person where duties conflict, and funds. */
async function approvals() {
  const { to, enter } = await site("approvals");
  const dana = await enter("dana", "view=approvals");
  await dana.waitForSelector("text=Nothing waits for approval");
  await accessible(dana, "no approvals");
  to("plan", "offer", "FY2026", "--manager", "A. Okafor", "--as", "okafor");
  to("plan", "offer", "FY2026", "--line", "P0003", "--amount", "180000", "--reason", "won the port authority", "--as", "okafor");
  to("plan", "offer", "FY2026", "--line", "P0006", "--amount", "600000.50", "--reason", "two customers have merged", "--as", "pia");
  to("plan", "accept", "FY2026", "--manager", "A. Okafor", "--partner", "partner portal", "--as", "okafor");
  to("plan", "business-plan", "activity", "FY2026", "P0008", "A1", "--kind", "co_marketing", "--title", "Roadshow in the north", "--due", "2026-12-10", "--cost", "12000", "--fund", "6000", "--as", "okafor");
  const all = dana.getByRole("region", { name: "channel director: accepted by the partner" });
  await all.waitFor();
  check((await text(all)).includes("36 lines, for channel director, by approval.csv row 3"), `like cases are together: ${(await text(all)).slice(0, 200)}`);
  const finance = dana.getByRole("region", { name: /finance: more than 10 %/ });
  const line = finance.locator("li", { hasText: "Cedar Networks" });
  for (const part of ["proposal 150,000", "to approve 180,000", "+30,000 (+20.0%)", "0.2%", "won the port authority okafor"]) check((await text(line)).includes(part), `the difference has ${part}: ${await text(line)}`);
  check((await text(dana.getByRole("region", { name: "The total" }))).includes("+14,700.50"), "the total is off its level");
  await look(dana, "approvals");

  // A line is left out, the others are approved with a note.
  await all.getByLabel("Cedar Networks").uncheck();
  await all.getByRole("button", { name: "Approve 35" }).click();
  await fill(dana, /^Approve 35 lines/, { Note: "as agreed in the review" }, "Approve");
  await dana.waitForSelector(".notice.done:has-text('Approval recorded, 35 lines')");
  await dana.waitForFunction(() => /1 line, for channel director/.test(document.querySelector("main")?.textContent ?? ""));
  // It goes back with a reason.
  await all.getByLabel("Cedar Networks").check();
  await all.getByRole("button", { name: "Send back 1" }).click();
  const back = dana.getByRole("form", { name: "Send back 1 line" });
  await back.getByRole("button", { name: "Send back" }).click();
  check(await back.isVisible(), "a reason is asked for");
  await dana.keyboard.press("Escape");
  await back.waitFor({ state: "detached" });
  await dana.waitForSelector("button:focus:has-text('Send back 1')");
  await all.getByRole("button", { name: "Send back 1" }).click();
  await fill(dana, "Send back 1 line", { Reason: "not without the customer's order" }, "Send back");
  await all.waitFor({ state: "detached" });
  await dana.getByRole("region", { name: "Funds" }).getByRole("button", { name: "Approve funds" }).click();
  await fill(dana, /^Approve the funds/, {}, "Approve the funds");
  await dana.getByRole("region", { name: "Funds" }).waitFor({ state: "detached" });
  const total = dana.getByRole("region", { name: "The total" });
  await total.getByRole("button", { name: "Approve the total" }).click();
  const reason = dana.getByRole("form", { name: "Approve the total" });
  await reason.getByLabel("Reason").fill("covered by the west");
  await reason.getByRole("button", { name: "Approve the total" }).click();
  // The difference is the same line's, which waits for a new offer: the total is approved at its sum.
  await dana.waitForSelector("text=Approved at this sum by dana as finance");

  // The duties: who set the figure cannot choose it, and who may not approve has no buttons.
  to("plan", "offer", "FY2026", "--line", "P0003", "--amount", "170000", "--reason", XSS, "--as", "pia");
  to("ledger", "grant", "pia", "approver", "--as", "pia");
  to("plan", "accept", "FY2026", "--line", "P0003", "--partner", "X. Y.", "--as", "okafor");
  const pia = await enter("pia", "view=approvals");
  const own = pia.getByRole("region", { name: "channel director: accepted by the partner" }).locator("li", { hasText: "Cedar Networks" });
  await own.waitFor();
  await own.getByText("You set this figure; another person approves it.").waitFor();
  check(await own.getByRole("checkbox").isDisabled(), "who set a figure does not choose it");
  check((await text(own)).includes(XSS), "a reason is text");
  same(await pia.locator(".lane img").count(), 0, "no markup of a reason becomes an element");
  const okafor = await enter("okafor", "view=approvals");
  await okafor.waitForSelector("h2, .empty");
  same(await okafor.getByRole("button", { name: /Approve|Send back/ }).count(), 0, "who may not approve has no buttons");
  const log = to("plan", "log", "FY2026", "--line", "P0006");
  for (const words of ["dana approves", "600,000.50"]) check(log.includes(words), `the ledger says ${words}: ${log}`);
  await dana.setViewportSize(PHONE.viewport);
  same(await fits(dana), true, "approvals fit a phone");
  await accessible(dana, "approvals on a phone");
  same([...dana.problems, ...okafor.problems, ...pia.problems], [], "problems of the pages");
}

/** The end of a period that is over: funds, the review with its verdict, and the answers of both sides. */
async function review() {
  const { to, enter } = await site("review", "--as-of", "2024-12-31");
  const line = ["FY2026", "--line", "P0008"];
  to("plan", "offer", ...line, "--as", "okafor");
  to("plan", "accept", ...line, "--partner", "K. Berg", "--as", "okafor");
  to("plan", "approve", ...line, "--as", "dana");
  to("plan", "lock", ...line, "--as", "pia");
  to("plan", "business-plan", "activity", "FY2026", "P0008", "A1", "--title", "Roadshow in the north", "--due", "2025-04-30", "--cost", "12000", "--fund", "6000", "--as", "okafor");
  const dana = await enter("dana", "view=business&partner=P0008");
  await dana.getByRole("button", { name: "Approve funds" }).click();
  await fill(dana, "Approve the funds of A1", { Note: "within the budget" }, "Approve the funds");
  await dana.waitForSelector("text=funds approved");

  const berg = await enter("berg", "view=business", PHONE);
  await berg.getByRole("button", { name: "Claim funds" }).click();
  const claim = berg.getByRole("form", { name: "Claim funds of A1" });
  await claim.getByLabel("Amount in USD").fill("7000");
  await claim.getByRole("button", { name: "Claim" }).click();
  await berg.waitForSelector(".notice.refused");
  await fill(berg, "Claim funds of A1", { "Amount in USD": "5,500.50", Evidence: "invoice.pdf" }, "Claim");
  await berg.waitForSelector("text=5,500.50 claimed");
  await berg.getByRole("button", { name: "Mark as done" }).click();
  await fill(berg, "A1 is done", { "Done on": "2025-04-20" }, "Record as done");

  const okafor = await enter("okafor", "view=business&partner=P0008");
  await okafor.getByRole("button", { name: "Hold the review" }).click();
  const held = okafor.getByRole("form", { name: "Review at the end of the period" });
  same(await held.getByLabel("Revenue counted up to").inputValue(), "2025-12-31", "the last day of the period");
  await fill(okafor, "Review at the end of the period", { "Revenue in USD": "100,000.25" }, "Record the review");
  const shown = okafor.getByRole("region", { name: "Review" });
  await shown.getByText("recalibrate").waitFor();
  for (const part of ["commitments kept and quota missed", "revenue 100,000.25", "commitments kept 100.0%"]) check((await text(shown)).includes(part), `the review has ${part}: ${await text(shown)}`);
  await berg.getByRole("button", { name: "Accept or dispute" }).click();
  await fill(berg, "Answer for the partner", { "The review is": "disputed", "In your words": XSS }, "Record the answer");
  await shown.getByText(XSS).waitFor();
  same(await okafor.locator("main img").count(), 0, "no markup of an answer becomes an element");
  await look(okafor, "review");
  await accessible(berg, "the partner's review");
  same(await fits(berg), true, "the partner's review fits the phone");
  await okafor.getByRole("button", { name: "← All business plans" }).click();
  const reviews = okafor.getByRole("region", { name: "Reviews" });
  await reviews.waitFor();
  check(/recalibrate 1 .*Harbor Cloud quota \d+\.\d%, commitments 100\.0%/i.test(await text(reviews)), `attainment beside commitments: ${await text(reviews)}`);
  await look(okafor, "business-list");
  same([...dana.problems, ...berg.problems, ...okafor.problems], [], "problems of the pages");
}

/** An auditor: the timeline with filters, the plan as of an event, and files of what is shown. */
async function history() {
  const { to, enter } = await site("history");
  to("plan", "offer", "FY2026", "--manager", "A. Okafor", "--as", "okafor");
  to("plan", "offer", "FY2026", "--line", "P0008", "--amount", "440000.50", "--reason", "two engineers left", "--as", "pia");
  to("plan", "business-plan", "activity", "FY2026", "P0008", "A1", "--title", "Roadshow in the north", "--due", "2026-12-10", "--as", "okafor");
  const audra = await enter("audra", "view=history");
  const events = audra.getByRole("region", { name: "Events" });
  await events.locator("li").first().waitFor();
  check((await text(events.locator("li").first())).includes("okafor sets activity A1: Roadshow in the north, due Dec 10, 2026 · Harbor Cloud"), `the newest event: ${await text(events.locator("li").first())}`);
  check((await text(events)).includes(`pia offers 440,000.50 · Harbor Cloud P0008 two engineers left`), "a figure with its exact decimals, and the reason");
  check((await text(audra.locator(".kpis"))).includes("Assigned 74,959,700.50"), `now: ${await text(audra.locator(".kpis"))}`);
  check((await text(audra.getByRole("region", { name: "Chain" }))).includes("complete: versions 1 to 40"), `the chain: ${await text(audra.getByRole("region", { name: "Chain" }))}`);
  await look(audra, "history");
  to("plan", "offer", "FY2026", "--line", "P0007", "--amount", "245000.50", "--reason", `=1+1 ${XSS}`, "--as", "pia");
  await audra.waitForFunction((words) => document.querySelector(".events")?.textContent?.includes(words), XSS);
  same(await events.locator("img").count(), 0, "no markup of a reason becomes an element");

  // The slider by keyboard: the plan as it was before the first offer.
  const slider = audra.getByRole("slider");
  await slider.focus();
  await audra.keyboard.press("Home");
  await audra.keyboard.press("ArrowRight");
  await audra.waitForSelector(".kpis:has-text('version 2 of 41')");
  await audra.waitForSelector(".kpis:has-text('75,000,000')");
  await audra.waitForFunction(() => /proposed\s*150/.test(document.querySelector(".kpis")?.textContent ?? ""));
  same(await events.locator("li").count(), 2, "events up to that version");
  check(audra.url().includes("upto=2"), "the version is in the address");
  await look(audra, "history-past");
  await audra.getByRole("button", { name: "Back to now" }).click();
  await audra.getByLabel("Kind").selectOption("Changes of business plans");
  same(await events.locator("li").count(), 1, "one kind");
  await audra.getByLabel("Kind").selectOption("everything");
  await audra.getByLabel("Person").selectOption("pia");
  await audra.getByLabel("Words").fill("pia granite");
  same(await events.locator("li").count(), 1, "words of person and partner");

  // Files have what is shown, and no cell that a spreadsheet would calculate.
  const { readFileSync } = await import("node:fs");
  const saved = async (button) => {
    const [download] = await Promise.all([audra.waitForEvent("download"), audra.getByRole("button", { name: button }).click()]);
    return readFileSync(await download.path(), "utf8");
  };
  const table = await saved("Export CSV");
  check(table.includes(`,pia,P0007,Granite Technologies,pia offers,245000.50,"'=1+1 <img src=x onerror=""alert(1)"">"\r\n`), `the file: ${table}`);
  same(table.split("\r\n").length, 3, "rows of the file");
  const document = JSON.parse(await saved("Export JSON"));
  same([document.plan, document.events.length, document.events[0].body.moved.to.amount], ["FY2026", 1, "245000.50"], "the document");
  await audra.getByLabel("Words").fill("nobody");
  await audra.waitForSelector("text=No event fits this filter");
  await audra.getByRole("button", { name: "Show all events" }).click();
  await audra.setViewportSize(PHONE.viewport);
  same(await fits(audra), true, "the history fits a phone");
  await accessible(audra, "the history on a phone");

  // An account manager sees the history of the own part.
  const okafor = await enter("okafor", "view=history");
  await okafor.waitForSelector(".events li");
  check(!(await text(okafor.locator("main"))).includes("opens the plan"), "the whole plan's events are not the account manager's");
  check((await text(okafor.locator("main"))).includes("complete: versions 1 to 39"), "the chain of the part");
  same([...audra.problems, ...okafor.problems], [], "problems of the pages");
}

/** A planner's own export: what is read of it, the mapping corrected with a preview, saved; also before there is a plan. */
async function files() {
  const { readFileSync } = await import("node:fs");
  const { enter } = await site("files");
  const pia = await enter("pia", "view=files");
  const field = pia.locator("input[type=file]");
  await field.waitFor();
  await look(pia, "files-empty");
  const rows = [];
  for (let partner = 1; partner <= 4; partner++) for (let month = 1; month <= 12; month++) rows.push(`A-${partner};2025-${String(month).padStart(2, "0")};${partner}.200,${String(month).padStart(2, "0")};Region ${partner % 2}`);
  rows.push(`A-5;2025-11;n/a;${XSS}`);
  const sales = { name: "Umsätze 2025.csv", mimeType: "text/csv", buffer: Buffer.from(`Händler;Monat;Umsatz;Gebiet\n${rows.join("\n")}\n`) };
  await field.setInputFiles([sales]);
  const read = pia.getByRole("region", { name: "What is read" });
  await read.getByText("The book cannot be read with this mapping.").waitFor();
  const finding = read.locator(".findings li").first();
  for (const part of ["error", "Umsätze 2025.csv, row 50, column Umsatz: n/a"]) check((await text(finding)).includes(part), `the finding names ${part}: ${await text(finding)}`);
  await accessible(pia, "files with an error");

  // The row is left out by the mapping, and the preview follows the keys.
  const editor = pia.getByLabel("Mapping file");
  const proposed = await editor.inputValue();
  check(proposed.includes("Umsatz"), `a mapping is proposed: ${proposed}`);
  await editor.focus();
  await pia.keyboard.press("Control+End");
  await pia.keyboard.type("\n[revenue");
  await read.locator(".findings").getByText(/map.toml|line \d+/).first().waitFor();
  check((await pia.locator(".gutter .error").count()) >= 1, "the line with the finding is marked");
  await read.locator(".findings button.link").first().click();
  same(await pia.evaluate(() => document.activeElement?.tagName), "TEXTAREA", "a finding leads to its line");
  const section = /^\[revenue\]$/m.test(proposed);
  check(section, `the mapping has a section of revenue: ${proposed}`);
  await editor.fill(proposed.replace(/^\[revenue\]$/m, `[revenue]\nskip = { "Umsatz" = ["n/a"] }`));
  await read.getByText("The book can be used.").waitFor();
  const sums = await text(read);
  // 4 partners, 12 months: 12 × (1,200 + 2,200 + 3,200 + 4,200) + 4 × 0.78.
  for (const part of ["129,603.12", "2025 129,603.12 12", "Umsätze 2025.csv", "1 left out by skip of Umsatz"]) check(sums.includes(part), `what is read has ${part}: ${sums}`);
  same(await pia.locator("main img").count(), 0, "no markup of a file becomes an element");
  await look(pia, "files");

  // The mapping file is saved as it is; the command line reads the same with it.
  const [download] = await Promise.all([pia.waitForEvent("download"), pia.getByRole("button", { name: "Save map.toml" }).click()]);
  same(download.suggestedFilename(), "map.toml", "the name of the file");
  const directory = join(work, "export");
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, sales.name), sales.buffer);
  writeFileSync(join(directory, "map.toml"), readFileSync(await download.path()));
  const printed = JSON.parse(quotient("book", join(directory, sales.name), "--map", join(directory, "map.toml"), "--format", "json"));
  same(printed.read.revenue_total, "129603.12", "the command line reads the same");
  check((await text(pia.getByRole("region", { name: "Next step" }))).includes("quotient workbench meridian --book 'Umsätze 2025.csv' --map map.toml"), "the next step");

  // Another page and back: the files and the correction are still there. Keys alone take the correction back.
  await pia.getByRole("link", { name: "Plan", exact: true }).click();
  await shown(pia);
  await pia.getByRole("link", { name: "Your export" }).click();
  await read.getByText("The book can be used.").waitFor();
  await pia.getByRole("button", { name: "Back to the proposal" }).focus();
  await pia.keyboard.press("Enter");
  await read.getByText("The book cannot be read with this mapping.").waitFor();
  same(await editor.inputValue(), proposed, "the proposal again");

  // A file is dropped on the page, and one that is none of the formats is named.
  const drop = await pia.evaluateHandle(() => { const all = new DataTransfer(); all.items.add(new File(["%PDF"], "report.pdf")); return all; });
  await pia.dispatchEvent("main", "drop", { dataTransfer: drop });
  await read.getByText("pdf").first().waitFor();
  await pia.getByRole("button", { name: "Remove report.pdf" }).click();
  await read.getByText(/row 50/).first().waitFor();
  await pia.setViewportSize(PHONE.viewport);
  same(await fits(pia), true, "the files fit a phone");
  await accessible(pia, "files on a phone");
  await pia.setViewportSize({ width: 720, height: 450 });
  same(await fits(pia), true, "the files fit at 200 %");
  await pia.getByRole("button", { name: `Remove ${sales.name}` }).click();
  await read.waitFor({ state: "detached" });

  // Whoever may not open plans has no such page, whatever the address says.
  for (const person of ["okafor", "berg"]) {
    const other = await enter(person, "view=files", person === "berg" ? PHONE : {});
    await other.waitForSelector(person === "berg" ? ".headline, .empty" : "main");
    same(await other.locator("input[type=file]").count(), 0, `${person} sends no files`);
    same(await other.getByRole("link", { name: "Your export" }).count(), 0, `${person} has no link`);
    same(other.problems, [], "problems of the page");
  }
  same(pia.problems, [], "problems of the page");
}

/** What-ifs side by side: differences that sum at every level, who moves, and one that is drafted in the plan. */
async function scenarios() {
  const { to, enter } = await machine("scenarios");
  to("plan", "offer", "FY2026", "--line", "P0008", "--as", "okafor");
  to("plan", "accept", "FY2026", "--line", "P0008", "--partner", "K. Berg", "--as", "okafor");
  const pia = await enter("pia", "view=scenarios");
  const table = pia.getByRole("region", { name: "What-ifs side by side" });
  await table.getByText("75,000,000").first().waitFor();
  // Nothing differs yet: every line is as the plan was opened.
  await pia.waitForFunction(() => /Lines that move\s+0/.test(document.querySelector(".scenarios table")?.innerText ?? ""));
  await accessible(pia, "what-ifs without a change");

  // Typing a target; every level moves by the same exact amount.
  await table.getByLabel("Target in USD, What if").focus();
  await pia.keyboard.type("76m");
  await table.getByText("76,000,000").first().waitFor();
  const digits = (words) => BigInt(words.replace("−", "-").replace(/[^\d-]/g, "") || "0");
  const sums = async () => (await table.locator("tbody:has(select) tr:not(.section) td:nth-child(3)").allInnerTexts()).map(digits).reduce((a, b) => a + b, 0n);
  for (const level of ["manager", "territory", "tier"]) {
    await table.getByLabel("Difference by").selectOption(level);
    same(String(await sums()), "1000000", `differences by ${level}`);
  }
  await table.getByLabel("Difference by").selectOption("manager");
  check((await table.locator("tbody").last().locator("tr").count()) > 8, "lines that move most are listed");
  await pia.getByRole("button", { name: "Add a what-if beside it" }).click();
  await pia.getByRole("button", { name: /more numbers/ }).click();
  const second = (label) => table.getByLabel(`${label}, What if 2`);
  await second("share of target").fill("0.02");
  await pia.waitForFunction(() => /74,480,000/.test(document.querySelector(".scenarios table")?.innerText ?? ""));

  // What is no number is said at once; what the rules refuse, in their words.
  await second("growth ceiling").fill("much");
  await table.getByText("not a number: growth ceiling").waitFor();
  await second("growth ceiling").fill("-0.9");
  await table.getByRole("alert").waitFor();
  await second("growth ceiling").fill("0.40");
  await table.getByRole("alert").waitFor({ state: "detached" });
  await table.getByLabel("Name of what-if 2").fill(XSS);
  await pia.keyboard.press("Tab");
  await pia.getByRole("button", { name: "Show only numbers that the rules have" }).click();
  await pia.waitForFunction(() => document.querySelectorAll(".scenarios td.old").length === 0);
  same(await table.locator("img").count(), 0, "no markup of a name becomes an element");
  await table.getByLabel("Name of what-if 2").fill("Reserve for recruits");
  await pia.keyboard.press("Tab");
  await look(pia, "scenarios");
  const version = () => to("plan", "log", "FY2026");
  const before = version();

  // The address has all of it: another person who sees the plan reads the same, without the button.
  const audra = await enter("audra", pia.url().split("plan=FY2026&")[1]);
  await audra.getByRole("region", { name: "What-ifs side by side" }).getByText("76,000,000").first().waitFor();
  same(await audra.getByRole("button", { name: /in the plan/ }).count(), 0, "an auditor drafts nothing");
  for (const person of ["okafor", "berg"]) {
    const other = await enter(person, "view=scenarios", person === "berg" ? PHONE : {});
    await other.waitForSelector("main");
    await other.waitForTimeout(300);
    same([await other.locator(".scenarios").count(), await other.getByRole("link", { name: "What if" }).count()], [0, 0], `${person} has no what-if`);
    same(other.problems, [], "problems of the page");
  }
  await pia.setViewportSize(PHONE.viewport);
  same(await fits(pia), true, "what-ifs fit a phone");
  await accessible(pia, "what-ifs on a phone");
  await pia.setViewportSize({ width: 720, height: 450 });
  same(await fits(pia), true, "what-ifs fit at 200 %");
  await pia.setViewportSize({ width: 1440, height: 860 });
  same(version(), before, "a what-if records nothing");

  // One becomes the plan, by keys: the target with its reason, then the figures as drafts with theirs.
  await pia.getByRole("button", { name: "Draft in the plan: What if", exact: true }).focus();
  await pia.keyboard.press("Enter");
  const form = pia.getByRole("form", { name: /^Change the target to 76,000,000/ });
  await form.waitFor();
  await pia.keyboard.type("the board asks for more");
  await pia.keyboard.press("Enter");
  await pia.waitForSelector("form.draft");
  await shown(pia);
  check(/1\d\d lines/.test(await text(pia.locator("form.draft"))), `the figures are drafts: ${await text(pia.locator("form.draft"))}`);
  same(await quota(pia, "P0008").locator(".lead").count(), 0, "a line that is agreed stays");
  await pia.locator("form.draft input").fill("as in the what-if");
  await pia.keyboard.press("Enter");
  await pia.waitForSelector("form.draft", { state: "detached" });
  const log = to("plan", "log", "FY2026");
  for (const words of ["76,000,000", "the board asks for more", "as in the what-if"]) check(log.includes(words), `the ledger says ${words}`);
  same([...pia.problems, ...audra.problems], [], "problems of the pages");
}

/** An author: findings beside the lines, red and green cases, and what a change moves before it is saved. */
async function rules() {
  const { readFileSync } = await import("node:fs");
  const { enter } = await machine("rules");
  const pia = await enter("pia", "view=rules");
  const result = pia.getByRole("region", { name: "Check" });
  await result.getByText("The files can be used.").waitFor();
  const manifest = await pia.getByLabel("rules/vendor.toml", { exact: true }).inputValue();
  same(manifest, readFileSync("rules/meridian/vendor.toml", "utf8"), "the file of the revision");
  check(/\d+ cases hold/.test(await text(result)), `cases are green: ${await text(result)}`);

  // A finding has its line, in the gutter and as a link.
  const editor = pia.getByLabel("rules/vendor.toml", { exact: true });
  await editor.fill(manifest.replace("history = 0.55", "history = 0.65"));
  await result.getByText("The files cannot be used.").waitFor();
  await pia.waitForSelector(".gutter .error");
  check(await pia.getByRole("button", { name: "What does it move?" }).isDisabled(), "files with errors are not compared");
  await result.locator(".findings button.link").first().click();
  same(await pia.evaluate(() => document.activeElement?.tagName), "TEXTAREA", "a finding leads to its line");
  await accessible(pia, "rules with an error");
  // A case that a change breaks is red with what it expects, and the change can be compared all the same.
  await editor.fill(manifest.replace("growth_ceiling = 0.50", "growth_ceiling = 0.45"));
  await result.getByText("growth asked stops at the ceiling").first().waitFor();
  await result.getByText(/Cases: \d+ green, 1 red/).waitFor();
  for (const part of ["1 of", "quota: expected 150000, found 145000.00"]) check((await text(result)).includes(part), `the red case has ${part}: ${await text(result)}`);

  // What it moves, on the book of the plan; nothing is saved.
  await pia.getByRole("button", { name: "Take the change back" }).click();
  await pia.getByRole("button", { name: "rules/weights.rhai" }).click();
  const weights = pia.getByLabel("rules/weights.rhai", { exact: true });
  const changed = (await weights.inputValue()).replace("history: 0.55, market_opportunity: 0.20", "history: 0.50, market_opportunity: 0.25");
  await weights.fill(changed);
  await pia.waitForFunction(() => document.querySelector("[aria-label=Check]")?.getAttribute("aria-busy") === "false");
  await pia.getByRole("button", { name: "What does it move?" }).focus();
  await pia.keyboard.press("Enter");
  const moves = pia.getByRole("region", { name: "What it moves" });
  await moves.waitFor();
  check(/Lines \d+ *\d+ up, \d+ down/.test(await text(moves)), `lines that move: ${(await text(moves)).slice(0, 200)}`);
  const parts = await text(moves.getByRole("region", { name: "By factor and step" }));
  for (const part of ["history −", "market opportunity +"]) check(parts.includes(part), `the parts have ${part}: ${parts}`);
  check((await moves.getByRole("region", { name: "Partners" }).locator("tbody tr").count()) > 5, "the partners that move");
  await result.getByText("Facts and functions").click();
  await result.getByPlaceholder(/^Words/).fill("pipeline median");
  await result.getByPlaceholder(/^Words/).fill("percentile");
  check((await text(result.locator(".reference"))).includes("percentile"), "a function is found by a word");
  await accessible(pia, "facts and functions");
  await result.getByText("Facts and functions").click();
  await look(pia, "rules");
  const [download] = await Promise.all([pia.waitForEvent("download"), pia.getByRole("button", { name: "Save the file" }).click()]);
  same([download.suggestedFilename(), readFileSync(await download.path(), "utf8")], ["weights.rhai", changed], "the saved file");
  check(readFileSync("rules/meridian/weights.rhai", "utf8") !== changed, "the file on the disk is as it was");
  await pia.getByRole("button", { name: "Take the change back" }).click();

  // A script with an error, and texts that are markup.
  await pia.getByRole("button", { name: "rules/history.rhai" }).click();
  const script = pia.getByLabel("rules/history.rhai", { exact: true });

  // What a word is, at the cursor and under the pointer.
  const known = async (word) => {
    await script.evaluate((area, word) => (area.focus(), area.setSelectionRange(area.value.indexOf(word) + word.length, area.value.indexOf(word) + word.length)), word);
    await pia.keyboard.press("ArrowLeft");
    return text(pia.locator(".word"));
  };
  check((await known("partner.history.prior_revenue")).startsWith("partner.history.prior_revenue money"), "a fact at the cursor");
  check((await known("abstain")).startsWith("abstain("), "a function at the cursor");
  check((await known("Last year's revenue")).startsWith("Put the cursor"), "a comment names nothing");
  const seen = await script.evaluate((area) => {
    const lines = area.value.split("\n");
    const row = lines.findIndex((line) => line.includes("indicate(0.0)"));
    const style = getComputedStyle(area);
    const pen = document.createElement("canvas").getContext("2d");
    pen.font = style.font;
    area.scrollTop = 0;
    const [top, left] = [parseFloat(style.paddingTop), parseFloat(style.paddingLeft)];
    return { x: left + (lines[row].indexOf("indicate") + 2.5) * pen.measureText("0").width, y: top + (row + 0.5) * parseFloat(style.lineHeight) };
  });
  await script.hover({ position: seen });
  check((await script.getAttribute("title")).startsWith("indicate(amount)"), "a function under the pointer");
  await script.fill(`${await script.inputValue()}\nfn (${XSS}`);
  await result.getByText("The files cannot be used.").waitFor();
  same(await pia.locator("main img").count(), 0, "no markup of a file becomes an element");
  await moves.getByText("before the last change of the text").waitFor();
  await pia.getByRole("button", { name: "Take the change back" }).click();
  await result.getByText("The files can be used.").waitFor();
  await pia.setViewportSize(PHONE.viewport);
  same(await fits(pia), true, "rules fit a phone");
  await accessible(pia, "rules on a phone");
  await pia.setViewportSize({ width: 720, height: 450 });
  same(await fits(pia), true, "rules fit at 200 %");
  const okafor = await enter("okafor", "view=rules");
  await okafor.waitForSelector("main");
  await okafor.waitForTimeout(300);
  same([await okafor.locator(".rules").count(), await okafor.getByRole("link", { name: "Rules" }).count()], [0, 0], "an account manager has no rules");
  same([...pia.problems, ...okafor.problems], [], "problems of the pages");
}

/** Named deals that close this quarter: those of the book, exactly, in the week and beside the line; never for a partner. */
async function deals() {
  const { readFileSync } = await import("node:fs");
  const { to, enter } = await machine("deals");
  to("plan", "offer", "FY2026", "--manager", "A. Okafor", "--as", "okafor");
  const okafor = await enter("okafor", "view=week");
  const region = okafor.getByRole("region", { name: "Deals that close this quarter" });
  await region.waitFor();
  const asked = (person) => okafor.evaluate(async (name) => (await fetch("/v1/vendors/meridian/plans/FY2026/deals", { headers: { "quotient-person": name } })).json(), person);
  const read = await asked("okafor");
  // The same from the files of the book, in cents.
  const rows = (name) => {
    const [head, ...lines] = readFileSync(`examples/demonstration/${name}.csv`, "utf8").trim().split("\n").map((line) => line.split(","));
    return lines.map((line) => Object.fromEntries(head.map((key, at) => [key, line[at]])));
  };
  const own = new Set(rows("partners").filter((one) => one.account_manager === "A. Okafor").map((one) => one.partner_id));
  check(own.size > 5, `partners of A. Okafor: ${own.size}`);
  const expected = rows("opportunities").filter((one) => own.has(one.partner_id) && one.status === "open" && one.close_date >= read.first_day && one.close_date <= read.last_day && one.registered_on <= read.as_of);
  const cents = (text) => { const [whole, decimals = ""] = text.split("."); return BigInt(whole + decimals.padEnd(2, "0").slice(0, 2)); };
  const sum = (list) => list.reduce((total, one) => total + cents(one.amount), 0n);
  same([read.deals.length, String(sum(read.deals))], [expected.length, String(sum(expected))], "deals and their sum");
  check(expected.length > 0, "the quarter has deals");
  const shownSum = (sum(expected) / 100n).toLocaleString("en-US");
  check((await text(region)).includes(`${shownSum} together`), `the sum: ${(await text(region)).slice(0, 200)}`);
  await look(okafor, "deals");
  await region.locator("li .name").first().focus();
  await okafor.keyboard.press("Enter");
  await okafor.locator(".drawer h3", { hasText: "Deals that close until" }).waitFor();
  await accessible(okafor, "deals beside the line");
  same((await asked("berg")).deals, [], "a partner sees no deal");
  const berg = await enter("berg", "view=week", PHONE);
  await berg.waitForSelector(".headline");
  same(await berg.getByText("Deals that close").count(), 0, "a partner's page has no list of deals");
  await okafor.setViewportSize(PHONE.viewport);
  await okafor.keyboard.press("Escape");
  same(await fits(okafor), true, "deals fit a phone");
  same([...okafor.problems, ...berg.problems], [], "problems of the pages");
}

/** During the year: the quotas in force against the book of the plan and against a newer export. */
async function attainment() {
  const { readFileSync, readdirSync } = await import("node:fs");
  const { to, enter } = await siteOf("FY2025", "attainment", "--as-of", "2024-12-31");
  const pia = await enter("pia", "view=attainment");
  await pia.getByText("No quota is in force yet.").waitFor();
  await accessible(pia, "attainment before a quota is in force");
  to("plan", "offer", "FY2025", "--all", "--as", "okafor");
  to("plan", "accept", "FY2025", "--all", "--partner", "the partners", "--as", "okafor");
  for (const [person, ...role] of [["dana"], ["vera", "--role", "sales_leadership"], ["pit", "--role", "partner_programs"], ["finn", "--role", "finance"]])
    try {
      to("plan", "approve", "FY2025", "--all", ...role, "--as", person);
    } catch {
      // No line needs this role.
    }
  to("plan", "lock", "FY2025", "--all", "--as", "pia");

  // The figures are those of the command, with the same quotas.
  const quotas = join(work, "quotas.json");
  to("plan", "export", "FY2025", "--output", quotas);
  const period = JSON.parse(readFileSync(quotas, "utf8")).period;
  const reviewed = JSON.parse(quotient("review", "meridian", ...BOOK, "--as-of", "2025-09-30", "--period", period, "--quotas", quotas, "--format", "json"));
  const own = reviewed.partners.find((one) => one.partner_id === "P0008").standing;
  await pia.reload();
  const table = pia.getByRole("region", { name: "Partners by gap" });
  await table.waitFor();
  await pia.getByLabel("As of").fill("2025-09-30");
  await pia.getByText("revenue through Sep 30, 2025").waitFor();
  const line = table.locator("tr", { hasText: "P0008" });
  const said = await text(line);
  const grouped = (amount) => { const [whole, decimals = ""] = amount.split("."); return BigInt(whole).toLocaleString("en-US") + (/[1-9]/.test(decimals) ? `.${decimals}` : ""); };
  for (const part of [grouped(own.quota), grouped(own.actual)]) check(said.includes(part), `P0008 has ${part}: ${said}`);
  check(/\d+\.\d%/.test(said), `P0008 has its attainment: ${said}`);
  await look(pia, "attainment");

  // A newer export: one partner sold a thousand more in September.
  const files = readdirSync("examples/demonstration").filter((name) => name.endsWith(".csv") && name !== "quotas.csv").map((name) => {
    const content = readFileSync(join("examples/demonstration", name), "utf8");
    return { name, mimeType: "text/csv", buffer: Buffer.from(name === "revenue.csv" ? `${content.trimEnd()}\nP0008,2025-09,,,1000.00,USD\n` : content) };
  });
  await pia.locator("input[type=file]").setInputFiles(files);
  await pia.getByText("by forecasts.csv").waitFor();
  const cents = (amount) => { const [whole, decimals = ""] = amount.split("."); return BigInt(whole + decimals.padEnd(2, "0")); };
  const more = cents(own.actual) + 100_000n;
  await line.getByText(grouped(`${more / 100n}.${String(more % 100n).padStart(2, "0")}`)).waitFor();
  const saved = [];
  pia.on("download", (download) => saved.push(download.suggestedFilename()));
  for (const [at, name] of ["Save the review to print", "Save as workbook"].entries()) {
    await pia.getByRole("button", { name }).click();
    for (let tries = 0; saved.length <= at && tries < 300; tries++) await pia.waitForTimeout(100);
  }
  same(saved.sort(), ["FY2025-review-2025-09-30.html", "FY2025-review-2025-09-30.xlsx"], "both files are saved");
  await pia.locator("input[type=file]").setInputFiles([{ name: "revenue.csv", mimeType: "text/csv", buffer: Buffer.from("partner_id,month,amount\nP0008,2025-09,12x\n") }]);
  await pia.locator(".fault").waitFor();
  await pia.getByRole("button", { name: "Back to the book of the plan" }).click();
  await line.getByText(grouped(own.actual)).waitFor();

  const okafor = await enter("okafor", "view=attainment");
  await okafor.getByRole("region", { name: "Partners by gap" }).waitFor();
  const managers = await okafor.evaluate(async () => (await (await fetch("/v1/vendors/meridian/plans/FY2025/standings", { method: "POST", body: "{}", headers: { "content-type": "application/json", "quotient-person": "okafor" } })).json()).partners.map((one) => one.account_manager));
  same([...new Set(managers)], ["A. Okafor"], "an account manager has the own partners");
  await okafor.setViewportSize(PHONE.viewport);
  same(await fits(okafor), true, "attainment fits a phone");
  await accessible(okafor, "attainment on a phone");
  same([...pia.problems, ...okafor.problems].filter((one) => !/409|422/.test(String(one))), [], "problems of the pages");
}

/** A name that is markup is shown as text everywhere. */
async function names() {
  const book = join(work, "book");
  quotient("generate", "--output", book, "--partners", "20");
  const { readFileSync } = await import("node:fs");
  const partners = join(book, "partners.csv");
  const lines = readFileSync(partners, "utf8").split("\n");
  const columns = lines[0].split(",");
  const name = columns.indexOf("partner_name");
  check(name >= 0, `partners.csv has a name: ${lines[0]}`);
  const first = lines[1].split(",");
  first[name] = `"${XSS.replaceAll('"', '""')}"`;
  lines[1] = first.join(",");
  writeFileSync(partners, lines.join("\n"));
  const { found } = await start(["workbench", "meridian", "--book", book, "--no-open", "--port", "0", "--as", "pia", "--ledger", join(work, "names.ledger")], /(http:\S+)/);
  const opened = await page(await context({ viewport: { width: 390, height: 844 } }));
  await opened.goto(found[1]);
  await shown(opened);
  check((await opened.locator(".grid-body").innerText()).includes(XSS), "the name is text");
  same(await opened.locator(".grid img").count(), 0, "no markup of a name becomes an element");
  await look(opened, "plan-phone");
  await opened.getByRole("link", { name: "Negotiation" }).click();
  await opened.waitForSelector(".lane");
  same(await opened.locator(".lane img").count(), 0, "nor on the board");
  same(await opened.evaluate(() => document.documentElement.scrollWidth <= innerWidth), true, "nothing is wider than the phone");
  same(opened.problems, [], "problems of the page");
}

/** The page of the HTTP interface sends a request, and shows the response. */
async function documentation() {
  const { found } = await start(["serve", "--listen", "127.0.0.1:0", "--drain-delay", "0"], /listening[^\n]*?(127\.0\.0\.1:[1-9]\d*)/);
  const opened = await page(await context());
  await opened.goto(`http://${found[1]}/`);
  same(new URL(opened.url()).pathname, "/docs", "the start page");
  const assess = opened.locator("#assess");
  await assess.locator("summary").first().click();
  await assess.getByText("Try it").click();
  await assess.getByRole("button", { name: "Send" }).click();
  const shown = assess.locator("output");
  await opened.waitForFunction((output) => output.textContent.startsWith("200"), await shown.elementHandle());
  const answer = await shown.innerText();
  for (const part of ['"quota": "', '"because": "', "quotient-revision: ", "x-request-id: "]) check(answer.includes(part), `${part} in ${answer}`);
  await assess.getByLabel("vendor").fill("acme");
  await assess.getByRole("button", { name: "Send" }).click();
  await opened.waitForFunction((output) => output.textContent.startsWith("404"), await shown.elementHandle());
  check((await shown.innerText()).includes("vendor_unknown"), "a problem is shown");
  await accessible(opened, "documentation");
  same(opened.problems, [], "problems of the page");
}

let failed = 0;
const only = process.argv.includes("--only") ? process.argv[process.argv.indexOf("--only") + 1].split(",") : null;
for (const journey of [planner, together, team, names, business, approvals, review, history, files, scenarios, rules, people, deals, attainment, documentation].filter((one) => only === null || only.includes(one.name))) {
  const began = Date.now();
  try {
    await journey();
    console.log(`${journey.name}: passed in ${((Date.now() - began) / 1000).toFixed(1)} s`);
  } catch (error) {
    failed += 1;
    await pictures(directory, journey.name);
    console.error(`${journey.name}: FAILED\n${error.stack}`);
  }
  await close();
}
await end();
process.exit(failed === 0 ? 0 : 1);
