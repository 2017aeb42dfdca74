/** The page of a layer: a grid of which only what is seen is there. */
export const gridScript = String.raw`
const sizes = { small: 40, medium: 72, large: 120 };
const orders = {
  index: { name: "number", of: () => null },
  activation: { name: "activation reached", of: (file) => file.activation },
  selective: { name: "selective for a class", of: (file) => file.real?.selective?.map((one) => one && one[1]) },
  percentile: { name: "beyond real pictures", of: (file) => file.real?.percentile },
  agreement: { name: "agrees with real pictures", of: (file) => file.real?.agreement },
  similar: { name: "likeness", of: () => null },
  warnings: { name: "warnings first", of: (file) => file.status.map((status, i) => (status !== "done" ? 2 : file.warnings[i] ? 1 : 0)) },
};
const inChain = (file) => {
  const near = file.nearest.activations || file.nearest.pictures || [];
  const left = new Set(file.status.keys());
  const order = [];
  let unit = 0;
  while (left.size > 0) {
    left.delete(unit);
    order.push(unit);
    const next = (near[unit] || []).find(([other]) => left.has(other));
    unit = next ? next[0] : left.values().next().value;
  }
  return order;
};
const orderOf = (file, name) => {
  if (name === "similar") return inChain(file);
  const units = [...file.status.keys()];
  const values = (orders[name] || orders.index).of(file);
  return values ? units.sort((a, b) => (values[b] ?? -Infinity) - (values[a] ?? -Infinity) || a - b) : units;
};
const remembered = (key, fallback) => { try { return localStorage.getItem("xstar-atlas-" + key) || fallback; } catch { return fallback; } };
const remember = (key, value) => { try { localStorage.setItem("xstar-atlas-" + key, value); } catch {} };
const choice = (label, key, options, value, onchange) => h("label", {}, label + " ",
  h("select", { onchange: (event) => { remember(key, event.target.value); onchange(event.target.value); } },
    options.map(([name, text]) => h("option", { value: name, selected: name === value }, text))));
const classTable = (layer, { classes, areas }) => h("details", { class: "class-table" }, h("summary", {}, "Classes × " + nounOf(layer) + "s"),
  h("p", { class: "note" }, "How well each tells a class from all others, as the chance in % that a picture of the class has the larger mean activation; 50 is chance, and the darker, the further from it."),
  h("div", { class: "table-frame", tabindex: 0, role: "region", "aria-label": "Classes and units" }, h("table", {},
    h("thead", {}, h("tr", {}, h("th", { scope: "col" }, nounOf(layer)), classes.map((index) => h("th", { scope: "col" }, h("a", { href: classLink(index) }, shortClass(index)))))),
    h("tbody", {}, areas.map((row, unit) => h("tr", {}, h("th", { scope: "row" }, h("a", { href: unitLink(layer, unit) }, unit)),
      row.map((area) => h("td", { class: area >= 500 ? "for" : "against", style: "--share:" + Math.round(Math.abs(area - 500) / 8) + "%" }, Math.round(area / 10)))))))));
const layersBeside = (layer) => {
  const at = atlas.layers.indexOf(layer);
  const neighbour = (other, text, key) => other && h("a", { href: layerLink(other), title: "Key " + key }, text + other.name);
  return h("nav", { class: "path", "aria-label": "Layers" }, neighbour(atlas.layers[at - 1], "← ", "["), neighbour(atlas.layers[at + 1], "→ ", "]"));
};
let stopGrid = () => {};
const drawLayer = async (layer) => {
  const file = await layerFile(layer);
  let size = remembered("size", "medium");
  // pictures that are still to come are no sight
  const isWaiting = (unit) => file.status[unit] === "waiting";
  const hasBoth = file.status.includes("waiting") && file.status.some((status) => status !== "waiting");
  let shown = hasBoth ? remembered("shown", "pictures") : "all";
  const inOrder = () => orderOf(file, remembered("order", "index")).filter((unit) => shown === "all" || !isWaiting(unit));
  let order = inOrder();
  let current = 0;
  const grid = h("div", { class: "grid", role: "grid", "aria-label": "Units of " + layer.name, "aria-rowcount": 0 });
  const layout = () => {
    const cell = shownSide(atlas.tiles, sizes[size]) + 12;
    const columns = Math.max(1, Math.floor((grid.clientWidth + 12) / cell));
    return { cell, high: cell + 20, columns, rows: Math.ceil(order.length / columns) };
  };
  const cellOf = (at, column, { cell }) => {
    const unit = order[at];
    const status = file.status[unit];
    const mark = status === "done" ? (file.warnings[unit] ? " has warnings" : "") : status === "failed" ? " has no picture" : " is to come";
    return h("div", { role: "gridcell", class: "unit", "aria-colindex": column + 1, style: "left:" + column * cell + "px;width:" + cell + "px" },
      h("a", { href: unitLink(layer, unit), "data-at": at, tabindex: at === current ? 0 : -1, "aria-label": layer.name + " unit " + unit + mark },
        status === "done" ? unitTile(layer, unit, sizes[size]) : h("span", { class: "none", style: "width:" + (cell - 12) + "px;height:" + (cell - 12) + "px" }, status === "failed" ? "none" : "…"),
        h("span", { class: "number" }, unit, mark && status === "done" ? " ⚠" : "")));
  };
  const drawn = new Map();
  const draw = () => {
    const place = layout();
    grid.style.height = place.rows * place.high + "px";
    grid.setAttribute("aria-rowcount", place.rows);
    const top = grid.getBoundingClientRect().top;
    const first = Math.max(0, Math.floor(-top / place.high) - 3);
    const last = Math.min(place.rows - 1, Math.ceil((innerHeight - top) / place.high) + 3);
    const held = Math.floor(current / place.columns);
    for (const [row, element] of drawn) if ((row < first || row > last) && row !== held) { element.remove(); drawn.delete(row); }
    for (let row = first; row <= last; row++) {
      if (drawn.has(row)) continue;
      const from = row * place.columns;
      const cells = order.slice(from, from + place.columns).map((_, column) => cellOf(from + column, column, place));
      const element = h("div", { role: "row", "aria-rowindex": row + 1, style: "top:" + row * place.high + "px;height:" + place.high + "px" }, cells);
      drawn.set(row, element);
      grid.append(element);
    }
  };
  const again = () => { for (const element of drawn.values()) element.remove(); drawn.clear(); draw(); };
  const go = (to) => {
    current = Math.max(0, Math.min(order.length - 1, to));
    const { high, columns } = layout();
    const y = scrollY + grid.getBoundingClientRect().top + Math.floor(current / columns) * high;
    if (y < scrollY + 70 || y + high > scrollY + innerHeight) scrollTo(0, y - innerHeight / 2);
    again();
    grid.querySelector("[data-at='" + current + "']")?.focus({ preventScroll: true });
  };
  grid.addEventListener("focusin", (event) => { current = Number(event.target.dataset.at ?? current); });
  grid.addEventListener("keydown", (event) => {
    const { columns } = layout();
    const moves = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns, ArrowDown: columns, Home: -current, End: order.length, PageUp: -4 * columns, PageDown: 4 * columns };
    if (!(event.key in moves) || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    go(current + moves[event.key]);
  });
  const redraw = () => requestAnimationFrame(draw);
  addEventListener("scroll", redraw, { passive: true });
  addEventListener("resize", again);
  stopGrid = () => { removeEventListener("scroll", redraw); removeEventListener("resize", again); stopGrid = () => {}; };
  const known = Object.entries(orders).filter(([name]) => name === "index" || name === "similar" || name === "warnings" || orders[name].of(file)?.some((x) => x !== null && x !== undefined));
  setTimeout(again);
  return [
    layersBeside(layer),
    h("h1", {}, layer.name),
    layer.directions && h("p", { class: "lead" }, "Each direction of ", h("a", { href: layerLink(atlas.layers.find(({ name }) => name === layer.directions.of)) }, layer.directions.of),
      " is " + layer.directions.doc + "; how far activations go along it is their dot product with its vector (", h("a", { href: "v/" + layer.slug + ".npy" }, "all vectors"), ")."),
    h("p", { class: "lead" }, [layer.opType + " of shape [" + layer.shape.join(", ") + "]", many(layer.units, nounOf(layer)),
      layer.field ? "each place sees " + layer.field.height.size + " × " + layer.field.width.size + " pixels, every " + layer.field.height.stride : "every place sees the whole picture",
      stateOf(layer)].filter(Boolean).join(" · ")),
    h("div", { class: "controls" },
      choice("Order", "order", known.map(([name, one]) => [name, one.name]), remembered("order", "index"), () => { order = inOrder(); current = 0; again(); }),
      choice("Size", "size", Object.keys(sizes).map((name) => [name, name]), size, (name) => { size = name; again(); }),
      hasBoth && choice("Show", "shown", [["pictures", "those with pictures"], ["all", "all"]], shown, (name) => { shown = name; order = inOrder(); current = 0; again(); })),
    grid,
    file.real?.table && classTable(layer, file.real.table),
  ];
};
`;
