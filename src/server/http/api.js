// Sends the request of a form to this server, and shows the response below it.
"use strict";
const most = 200000;

async function send(form) {
  const fields = new FormData(form);
  const value = (name) => String(fields.get(name) ?? "").trim();
  const path = form.dataset.path.replace(/\{(\w+)\}/g, (_, name) => encodeURIComponent(value(`path:${name}`)));
  const query = new URLSearchParams();
  for (const [name, text] of fields) {
    if (name.startsWith("query:") && String(text).trim()) query.append(name.slice(6), String(text).trim());
  }
  const headers = {};
  const token = document.getElementById("token").value.trim();
  if (token) headers.Authorization = `Bearer ${token}`;
  const body = fields.has("body") ? String(fields.get("body")) : undefined;
  if (body !== undefined) headers["Content-Type"] = "application/json";
  if (value("accept")) headers.Accept = value("accept");
  const response = await fetch(query.size ? `${path}?${query}` : path, { method: form.dataset.method, headers, body });
  const lines = [`${response.status} ${response.statusText}`];
  for (const name of ["content-type", "quotient-revision", "x-request-id", "location", "retry-after"]) {
    if (response.headers.has(name)) lines.push(`${name}: ${response.headers.get(name)}`);
  }
  const media = response.headers.get("content-type") ?? "";
  if (/spreadsheetml/.test(media)) return `${lines.join("\n")}\n\n(a workbook of ${(await response.blob()).size} bytes)`;
  let text = await response.text();
  if (/json$/.test(media.split(";")[0])) text = JSON.stringify(JSON.parse(text), null, 2);
  if (text.length > most) text = `${text.slice(0, most)}\n… ${text.length - most} more characters`;
  return `${lines.join("\n")}\n\n${text}`;
}

document.addEventListener("submit", async (event) => {
  event.preventDefault();
  const form = event.target;
  const shown = form.querySelector("output");
  shown.textContent = "…";
  try {
    shown.textContent = await send(form);
  } catch (error) {
    shown.textContent = `no response: ${error.message}`;
  }
});
