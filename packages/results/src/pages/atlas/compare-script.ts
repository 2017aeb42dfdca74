/** Units and classes side by side, also of other networks whose atlases are known. */
export const compareScript = String.raw`
const besides = () => load("beside").catch(() => []);
const otherAtlas = async ({ path }) => ({ base: path + "/", atlas: await load("atlas", path + "/") });
const inAtlas = (other, draw) => {
  const before = [atlas, base];
  [atlas, base] = [other.atlas, other.base];
  try { return draw(); } finally { [atlas, base] = before; }
};
const whereIs = async (key) => {
  const [, id, rest] = /^(?:([0-9a-f]{12})@)?(.*)$/.exec(key);
  if (!id || id === atlas.model.sha256.slice(0, 12)) return { own: true, other: { base: "", atlas }, rest };
  const entry = (await besides()).find(({ sha256 }) => sha256.startsWith(id));
  return entry && { other: await otherAtlas(entry), rest };
};
const comparedNow = () => (location.hash.split("/compare/")[1] || remembered("compare", "")).split("/").filter(Boolean).map(decodeURIComponent);
const joinKeys = (keys) => [...new Set(keys)].slice(-6).map(encodeURIComponent).join("/");
const compared = (added) => joinKeys([...comparedNow(), added]);
const sameElsewhere = async (layer, unit) => {
  const found = [];
  for (const entry of atlas.layers.includes(layer) ? await besides() : []) {
    const other = await otherAtlas(entry).catch(() => undefined);
    const same = other?.atlas.layers.find(({ name }) => name === layer.name);
    if (same && unit < same.units) found.push({ name: other.atlas.model.name, key: other.atlas.model.sha256.slice(0, 12) + "@" + same.slug + ":" + unit });
  }
  return found;
};
const elsewhereLinks = (layer, unit, found) => found.length > 0 && h("p", {}, "The same unit of another network: ", found.map(({ name, key }, i) =>
  [i > 0 && ", ", h("a", { href: here() + "/compare/" + joinKeys([layer.slug + ":" + unit, key]) }, "beside " + name)]));
const unitsOfClass = (units, most = Infinity) => atlas.layers.map((layer, at) => ({ layer, found: units.filter(([of]) => of === at).slice(0, most) })).filter(({ found }) => found.length > 0)
  .map(({ layer, found }) => [h("h3", {}, h("a", { href: layerLink(layer) }, layer.name)),
    h("div", { class: "row" }, found.map(([, unit, amount]) => h("a", { href: unitLink(layer, unit), class: "near" },
      unitTile(layer, unit, 72), h("span", {}, h("b", {}, unit), " +" + show(amount, 2)))))]);
const classElsewhere = async (name) => {
  const all = await Promise.all((await besides()).map(async (entry) => {
    const other = await otherAtlas(entry).catch(() => undefined);
    const index = other?.atlas.classes?.indexOf(name) ?? -1;
    if (index < 0 || !other.atlas.data) return null;
    const classes = await load("classes", other.base);
    return inAtlas(other, () => [h("h2", {}, "The same class of ", h("a", { href: classLink(index) }, atlas.model.name)), unitsOfClass(classes[index] || [], 12)]);
  }));
  return all.filter(Boolean);
};
const comparedUnit = async (key, keys) => {
  const place = await whereIs(key).catch(() => undefined);
  if (!place) return h("section", {}, h("p", {}, "The atlas of " + key + " is not beside this one."));
  const { other, rest, own } = place;
  const at = rest.lastIndexOf(":");
  const layer = other.atlas.layers.find(({ slug }) => slug === rest.slice(0, at));
  const unit = Number(rest.slice(at + 1));
  if (!layer || !(unit >= 0 && unit < layer.units)) return null;
  const [file, names] = await Promise.all([load("d/" + layer.slug, other.base), other.atlas.data && other.atlas.data.tiles.count > 0 ? load("examples", other.base) : []]);
  const without = here() + "/compare/" + joinKeys(keys.filter((one) => one !== key));
  return inAtlas(other, () => h("section", {}, h("h2", {}, h("a", { href: unitLink(layer, unit) }, layer.name + ":" + unit)), !own && h("p", { class: "note" }, atlas.model.name),
    file.status[unit] === "done" ? h("div", { class: "surround" }, unitPicture(layer, unit, "The picture that excites " + layer.name + ":" + unit)) : h("p", {}, "No picture"),
    facts([["Activation", show(file.activation[unit], 4)], file.real && ["Beyond", percent(file.real.percentile[unit])]]),
    file.real?.classes?.[unit]?.length > 0 && classBars(file.real.classes[unit]),
    file.real && h("div", { class: "row reals" }, file.real.strongest[unit].slice(0, 4).map((one) => realFigure(layer, one, names, 64))),
    h("a", { href: without }, "Take away")));
};
const drawCompare = async (keys) => {
  remember("compare", keys.map(encodeURIComponent).join("/"));
  const columns = await Promise.all(keys.map((key) => comparedUnit(key, keys)));
  return [h("h1", {}, "Side by side"), h("p", { class: "lead" }, "Up to six units. \"Compare\" on the page of a unit adds it here, and the address keeps them."),
    h("div", { class: "compare" }, columns.filter(Boolean))];
};
`;
