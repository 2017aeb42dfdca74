/** Finding units, layers and classes. */
export const searchScript = String.raw`
const input = document.getElementById("find");
const list = document.getElementById("found");
const mostFound = 24;
const search = (text) => {
  const words = text.trim().toLowerCase();
  if (words === "") return [];
  const found = [];
  const [, name, number] = /^(.*?)[:\s#]*(\d+)$/.exec(words) || [];
  if (number !== undefined) {
    for (const layer of atlas.layers)
      if (Number(number) < layer.units && layer.name.toLowerCase().includes(name.trim()))
        found.push({ href: unitLink(layer, Number(number)), text: layer.name + ":" + Number(number), kind: "unit", tile: () => unitTile(layer, Number(number), 32) });
  }
  const layers = atlas.layers.filter((layer) => layer.name.toLowerCase().includes(words))
    .map((layer) => ({ href: layerLink(layer), text: layer.name, kind: many(layer.units, "unit"), tile: () => layer.strip.length > 0 && stripTile(layer, 0, 32) }));
  const classes = (atlas.data ? atlas.classes || [] : []).flatMap((label, index) => label.toLowerCase().includes(words) || String(index) === words
    ? [{ href: classLink(index), text: className(index), kind: "class" }] : []);
  return [...found.slice(0, 12), ...classes.slice(0, 12), ...layers].slice(0, mostFound);
};
const close = () => { list.hidden = true; };
const find = () => {
  const found = search(input.value);
  list.replaceChildren(...found.map(({ href, text, kind, tile }) => h("li", {}, h("a", { href }, tile ? tile() : null, h("span", {}, text), h("span", { class: "note" }, kind)))),
    ...(found.length === 0 && input.value.trim() !== "" ? [h("li", { class: "note" }, "Nothing is called that")] : []));
  list.hidden = input.value.trim() === "";
};
input.addEventListener("input", find);
input.addEventListener("focus", () => atlas && find());
input.addEventListener("keydown", (event) => {
  const first = list.querySelector("a");
  if (event.key === "Enter" && first) { event.preventDefault(); location.hash = first.getAttribute("href"); input.value = ""; close(); }
  if (event.key === "ArrowDown" && first) { event.preventDefault(); first.focus(); }
});
list.addEventListener("keydown", (event) => {
  const item = event.target.closest("li");
  const next = event.key === "ArrowDown" ? item?.nextElementSibling : event.key === "ArrowUp" ? item?.previousElementSibling : undefined;
  if (next === undefined) return;
  event.preventDefault();
  (next?.querySelector("a") || input).focus();
});
list.addEventListener("click", () => { input.value = ""; close(); });
document.addEventListener("click", (event) => { if (!event.target.closest(".find")) close(); });
`;
