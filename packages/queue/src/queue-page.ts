/** A page that shows how the queue is, from `/status.json`, again every two seconds; texts are text, never HTML. */
export const queuePage = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Queue of xstar</title>
<style>
:root{color-scheme:light dark;font:16px/1.5 system-ui,sans-serif}
body{max-width:60rem;margin:0 auto;padding:1.5rem 1rem}
table{border-collapse:collapse;width:100%}
th,td{text-align:left;padding:.3rem .6rem;border-bottom:1px solid #8884;font-variant-numeric:tabular-nums;overflow-wrap:anywhere}
progress{width:min(100%,16rem);vertical-align:middle}
.frame{overflow-x:auto}
</style>
<h1>Queue of xstar</h1>
<p id="now" role="status">One moment ...</p>
<section id="parts"></section>
<section id="workers"></section>
<section id="failures"></section>
<script>
"use strict";
const h = (tag, attributes, ...children) => {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children.flat());
  return element;
};
const table = (title, columns, rows) => rows.length === 0 ? [] : [h("h2", {}, title), h("div", { class: "frame", tabindex: "0", role: "region", "aria-label": title }, h("table", {},
  h("thead", {}, h("tr", {}, columns.map((name) => h("th", { scope: "col" }, name)))),
  h("tbody", {}, rows.map((row) => h("tr", {}, row.map((cell) => h("td", {}, cell)))))))];
const time = (seconds) => seconds < 90 ? Math.round(seconds) + " s" : seconds < 5400 ? Math.round(seconds / 60) + " min" : (seconds / 3600).toFixed(1) + " h";
const seen = [];
const show = (status) => {
  const parts = status.sender ? status.sender.parts : [];
  const sum = (name) => parts.reduce((all, part) => all + part[name], 0);
  const done = status.workers.reduce((all, one) => all + one.done, 0);
  seen.push([Date.now(), parts.length > 0 ? sum("done") : done]);
  while (seen.length > 2 && seen[0][0] < Date.now() - 120000) seen.shift();
  const rate = Math.max(0, (seen.at(-1)[1] - seen[0][1]) / Math.max(1, (seen.at(-1)[0] - seen[0][0]) / 1000));
  const left = parts.length > 0 ? sum("of") - sum("done") : status.waiting + status.delayed + status.active;
  document.getElementById("now").textContent = [status.waiting + " waiting", status.active + " being done", status.failed + " given up",
    left + " left in all", rate > 0 ? rate.toFixed(2) + " jobs a second" : "", rate > 0 && left > 0 ? "about " + time(left / rate) + " to go" : ""].filter(Boolean).join(", ");
  document.getElementById("parts").replaceChildren(...table("Parts", ["part", "jobs", ""], parts.map((part) =>
    [part.name, part.done + " of " + part.of, h("progress", { max: part.of, value: part.done, "aria-label": part.name })])));
  document.getElementById("workers").replaceChildren(...table("Workers", ["worker", "xstar", "at once", "done", "failed", "since"], status.workers.map((one) =>
    [one.host + " " + one.pid, one.version, one.jobs, one.done, one.failed, time((Date.now() - one.since) / 1000)])));
  document.getElementById("failures").replaceChildren(...table("Given up", ["job", "reason"], status.failures.map((one) => [one.what, one.reason])));
};
const look = async () => {
  try {
    const response = await fetch("status.json");
    if (!response.ok) throw new Error(await response.text());
    show(await response.json());
  } catch (error) {
    document.getElementById("now").textContent = "Nothing is known now: " + error.message;
  }
  setTimeout(look, 2000);
};
look();
</script>
</html>
`;
