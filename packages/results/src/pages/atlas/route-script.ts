/** Addresses, keys, and what is shown. */
export const routeScript = String.raw`
const main = document.getElementById("main");
const say = (text) => { document.getElementById("said").textContent = text; };
const partsOf = () => location.hash.replace(/^#\/?/, "").split("/").filter(Boolean).map(decodeURIComponent);
const where = () => {
  const [m, id, slug, ...rest] = partsOf();
  if (m !== "m") return { kind: "home" };
  if (id !== atlas.model.sha256.slice(0, 12)) return { kind: "other", id };
  if (slug === undefined) return { kind: "home" };
  if (slug === "class" && atlas.classes?.[rest[0]] !== undefined) return { kind: "class", index: Number(rest[0]) };
  if (slug === "compare") return { kind: "compare", keys: rest };
  const layer = atlas.layers.find((one) => one.slug === slug);
  if (!layer) return { kind: "missing" };
  if (rest[0] === undefined) return { kind: "layer", layer };
  const unit = Number(rest[0]);
  return Number.isInteger(unit) && unit >= 0 && unit < layer.units ? { kind: "unit", layer, unit } : { kind: "missing" };
};
const pages = {
  home: async () => [atlas.model.name, await drawHome()],
  layer: async ({ layer }) => [layer.name, await (layer.directions?.cells ? drawMap : drawLayer)(layer)],
  unit: async ({ layer, unit }) => [layer.name + ":" + unit, await drawUnit(layer, unit)],
  class: async ({ index }) => [className(index), await drawClass(index)],
  compare: async ({ keys }) => ["Side by side", await drawCompare(keys)],
  other: ({ id }) => ["Another network", [h("h1", {}, "This address is of another network"), h("p", {}, "It is of the one whose SHA-256 begins with " + id + "; this atlas is of " + atlas.model.sha256.slice(0, 12) + "."), h("p", {}, h("a", { href: "#/" }, "To this atlas"))]],
  missing: () => ["Nothing here", [h("h1", {}, "Nothing is here"), h("p", {}, "The atlas has no such layer or unit."), h("p", {}, h("a", { href: "#/" }, "To all layers"))]],
};
let latest = 0;
const places = new Map();
let shown = "";
const draw = async () => {
  const turn = ++latest;
  const address = location.hash;
  const place = where();
  try {
    const [title, content] = await pages[place.kind](place);
    if (turn !== latest) return;
    places.set(shown, scrollY);
    stopGridOf(place);
    main.replaceChildren(...[content].flat(9).filter(Boolean));
    document.title = title === atlas.model.name ? title : title + " · " + atlas.model.name;
    say(title);
    if (shown !== "" || place.kind !== "home") main.focus({ preventScroll: true });
    shown = address;
    const top = place.kind === "unit" ? 0 : places.get(address) ?? 0;
    setTimeout(() => scrollTo(0, top));
  } catch (error) {
    main.replaceChildren(h("h1", {}, "This cannot be shown"), h("p", {}, error.message));
  }
};
const stopGridOf = (place) => { if (place.kind !== "layer") stopGrid(); };
const keys = { "/": "find", j: "the next unit", k: "the unit before", "[": "the layer before", "]": "the next layer", g: "up: the layer, then all layers", c: "compare this unit", "?": "these keys" };
const help = h("dialog", { "aria-label": "Keys" }, h("h2", {}, "Keys"), h("dl", { class: "facts" }, Object.entries(keys).map(([key, text]) => [h("dt", {}, h("kbd", {}, key.toUpperCase())), h("dd", {}, text)])),
  h("p", { class: "note" }, "On the page of a layer, arrows, Home, End and the page keys move among its units, and Enter opens one."),
  h("form", { method: "dialog" }, h("button", {}, "Close")));
document.body.append(help);
document.getElementById("keys").addEventListener("click", () => help.showModal());
addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, select, textarea, dialog")) {
    if (event.key === "Escape" && event.target === input) { close(); input.blur(); }
    return;
  }
  if (!atlas) return;
  const place = where();
  const go = (href) => { location.hash = href; };
  const byLayer = (by) => {
    const at = place.layer ? atlas.layers.indexOf(place.layer) + by : 0;
    if (atlas.layers[at]) go(layerLink(atlas.layers[at]));
  };
  const byUnit = (by) => {
    const to = place.kind === "unit" ? place.unit + by : 0;
    if (place.layer && to >= 0 && to < place.layer.units) go(unitLink(place.layer, to));
  };
  const actions = {
    "/": () => input.focus(), "?": () => help.showModal(), j: () => byUnit(1), k: () => byUnit(-1), "[": () => byLayer(-1), "]": () => byLayer(1),
    g: () => go(place.kind === "unit" ? layerLink(place.layer) : "#/"),
    c: () => place.kind === "unit" && go(here() + "/compare/" + compared(place.layer.slug + ":" + place.unit)),
  };
  const action = actions[event.key.toLowerCase()];
  if (!action) return;
  event.preventDefault();
  action();
});
load("atlas").then((value) => {
  atlas = value;
  addEventListener("hashchange", draw);
  history.scrollRestoration = "manual";
  return draw();
}).catch(() => main.replaceChildren(h("h1", {}, "atlas.js is missing"), h("p", {}, "The page needs the files that were made with it: copy the whole folder.")));
`;
