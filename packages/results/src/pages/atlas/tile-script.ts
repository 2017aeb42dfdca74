/** Pictures cut out of sheets. */
export const tileScript = String.raw`
const cut = (url, tiles, count, index, { size, box, label }) => {
  const whole = { left: 0, top: 0, width: tiles.width, height: tiles.height };
  const part = box || whole;
  const exact = size / Math.max(part.width, part.height);
  const scale = tiles.isPixelated && exact >= 1 && !box ? Math.max(1, Math.floor(exact)) : exact;
  const sheet = Math.floor(index / tiles.perSheet);
  const at = index % tiles.perSheet;
  const inSheet = Math.min(tiles.perSheet, count - sheet * tiles.perSheet);
  const columns = Math.min(tiles.columns, inSheet);
  const rows = Math.ceil(inSheet / tiles.columns);
  const left = (at % tiles.columns) * tiles.width + part.left;
  const top = Math.floor(at / tiles.columns) * tiles.height + part.top;
  const px = (x) => x * scale + "px";
  return h("span", {
    class: "tile" + (tiles.isPixelated || box ? " sharp" : ""),
    role: "img",
    "aria-label": label,
    style: "width:" + px(part.width) + ";height:" + px(part.height) +
      ";background-image:url('" + url(sheet) + "');background-size:" + px(columns * tiles.width) + " " + px(rows * tiles.height) +
      ";background-position:" + px(-left) + " " + px(-top),
  });
};
const shownSide = (tiles, size) => {
  const side = Math.max(tiles.width, tiles.height);
  return tiles.isPixelated && size >= side ? side * Math.floor(size / side) : size;
};
const numbered = (i) => String(i).padStart(3, "0");
const endingOf = (tiles) => (tiles.isPixelated ? ".png" : ".webp");
const unitTile = (layer, unit, size) =>
  cut((sheet) => base + "s/" + layer.slug + "-" + numbered(sheet) + endingOf(atlas.tiles), atlas.tiles, layer.units, unit,
    { size, label: layer.name + " unit " + unit });
const unitPicture = (layer, unit, label) => {
  const small = unitTile(layer, unit, 256);
  return h("img", { class: atlas.tiles.isPixelated ? "sharp" : "", src: base + "f/" + layer.slug + "/" + unit + ".webp", alt: label,
    onerror: (event) => event.target.replaceWith(small) });
};
const stripTile = (layer, at, size) => {
  const tiles = { ...atlas.tiles, columns: 12, perSheet: 12 * atlas.layers.length };
  const index = 12 * atlas.layers.indexOf(layer) + at;
  return cut(() => base + "s/all" + endingOf(tiles), tiles, 12 * atlas.layers.length, index,
    { size, label: layer.name + " unit " + layer.strip[at] });
};
const realTile = (index, options) =>
  cut((sheet) => base + "x/" + numbered(sheet) + endingOf(atlas.data.tiles), atlas.data.tiles, atlas.data.tiles.count, index, options);
const fieldBox = (layer, y, x) => {
  const [height, width] = atlas.input.slice(1);
  const along = ({ stride, size, offset }, at, length) => {
    const from = Math.max(0, offset + at * stride);
    return [from, Math.max(1, Math.min(length, offset + at * stride + size) - from)];
  };
  const [top, high] = along(layer.field.height, y, height);
  const [left, wide] = along(layer.field.width, x, width);
  const scale = atlas.data.tiles.width / width;
  return { top: top * scale, left: left * scale, height: high * scale, width: wide * scale };
};
const realFigure = (layer, example, names, size) => {
  const [tile, value, y, x] = example;
  const name = names[tile];
  const whole = realTile(tile, { size, label: name });
  const hasBox = y !== undefined && layer.field;
  const box = hasBox && fieldBox(layer, y, x);
  const wide = Math.max(parseFloat(whole.style.width), parseFloat(whole.style.height));
  if (box) {
    const tiles = atlas.data.tiles;
    const scale = parseFloat(whole.style.width) / tiles.width;
    whole.append(h("span", { class: "box", style: "left:" + box.left * scale + "px;top:" + box.top * scale + "px;width:" +
      box.width * scale + "px;height:" + box.height * scale + "px" }));
  }
  return h("figure", { class: "real", title: name, style: "width:" + size + "px" },
    box && h("div", { class: "cell", style: "width:" + wide + "px;height:" + wide + "px" },
      realTile(tile, { size: wide, box, label: "The part that excites it in " + name })),
    h("div", { class: "cell" }, whole),
    h("figcaption", {}, h("b", {}, show(value)), " ", h("span", { class: "note" }, name)));
};
`;
