/** The page of an activation atlas: pictures of cells where the activations lie on a map. */
export const mapScript = String.raw`
const drawMap = async (layer) => {
  const { cells, of } = layer.directions;
  const file = await layerFile(layer);
  const [columns, rows] = [0, 1].map((axis) => 1 + Math.max(...cells.map((cell) => cell[axis])));
  const most = Math.max(...cells.map(([, , count]) => count));
  let size = remembered("size", "medium");
  let current = 0;
  const map = h("div", { class: "map", role: "group", "aria-label": "Map of the activations of " + of });
  const fill = () => {
    const side = shownSide(atlas.tiles, sizes[size]);
    map.style.width = columns * side + "px";
    map.style.height = rows * side + "px";
    map.replaceChildren(...cells.map(([x, y, count], unit) => h("a", {
      href: unitLink(layer, unit), tabindex: unit === current ? 0 : -1, "data-at": unit, title: many(count, "activation"),
      "aria-label": "Column " + (x + 1) + ", row " + (y + 1) + ": " + many(count, "activation"),
      style: "left:" + x * side + "px;top:" + y * side + "px;opacity:" + (0.45 + 0.55 * Math.sqrt(count / most)).toFixed(2),
    }, file.status[unit] === "done" ? unitTile(layer, unit, side) : h("span", { class: "none" }, "…"))));
  };
  map.addEventListener("keydown", (event) => {
    const way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    if (!way || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    const [x, y] = cells[current];
    const away = ([a, b]) => {
      const ahead = (a - x) * way[0] + (b - y) * way[1];
      return ahead > 0 ? ahead + 2 * Math.abs((a - x) * way[1] + (b - y) * way[0]) : Infinity;
    };
    const next = cells.map((cell, unit) => [away(cell), unit]).sort((a, b) => a[0] - b[0] || a[1] - b[1])[0];
    if (next[0] === Infinity) return;
    map.children[current].tabIndex = -1;
    current = next[1];
    map.children[current].tabIndex = 0;
    map.children[current].focus();
  });
  map.addEventListener("focusin", (event) => { current = Number(event.target.closest("a").dataset.at); });
  fill();
  return [
    h("h1", {}, layer.name),
    h("p", { class: "lead" }, "What the network sees, laid out by likeness: UMAP places activations of " + of + " on a plane, and each cell shows the picture of the mean of those in it. The fainter, the fewer. " + many(cells.length, "cell") + "."),
    h("div", { class: "controls" }, choice("Size", "size", Object.keys(sizes).map((name) => [name, name]), size, (name) => { size = name; fill(); })),
    h("div", { class: "map-frame", tabindex: 0, role: "region", "aria-label": "Map" }, map),
  ];
};
`;
