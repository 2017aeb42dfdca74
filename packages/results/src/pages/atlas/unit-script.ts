/** The page of a unit. */
export const unitScript = String.raw`
const curveChart = (values) => {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const y = (value) => 56 - (52 * (value - low)) / (high - low || 1);
  const points = values.map((value, i) => (200 * i) / (values.length - 1 || 1) + "," + y(value).toFixed(1)).join(" ");
  return h("figure", { class: "small" }, svg("svg", { viewBox: "-2 0 204 60", role: "img", "aria-label": "The objective rises from " + show(values[0]) + " to " + show(values.at(-1)) },
    svg("polyline", { points, class: "line" })),
    h("figcaption", { class: "note" }, "The objective in " + many(atlas.steps, "step") + ", from " + show(values[0]) + " to " + show(values.at(-1))));
};
const distributionChart = (numbers, made) => {
  const [low, high, ...counts] = numbers;
  const least = Math.min(low, made ?? low);
  const most = Math.max(high, made ?? high);
  const x = (value) => (240 * (value - least)) / (most - least || 1);
  const tallest = Math.max(...counts);
  const wide = (x(high) - x(low)) / counts.length;
  const bars = counts.map((count, i) => {
    const tall = count === 0 ? 0 : Math.max(1.5, (64 * Math.sqrt(count)) / Math.sqrt(tallest));
    return svg("rect", { x: x(low) + i * wide, y: 70 - tall, width: Math.max(0.8, wide - 0.8), height: tall, class: "count" });
  });
  const marker = made !== null && made !== undefined ? [svg("line", { x1: x(made), x2: x(made), y1: 2, y2: 72, class: "made" })] : [];
  const total = counts.reduce((a, b) => a + b, 0);
  return h("figure", { class: "small" }, svg("svg", { viewBox: "-3 0 246 74", role: "img", "aria-label": "Activations of real pictures from " + show(low) + " to " + show(high) + (made === null ? "" : "; the made picture has " + show(made)) },
    ...bars, ...marker),
    h("figcaption", { class: "note" }, many(total, "real picture") + " from " + show(low) + " to " + show(high) + " (bars by square root)",
      made !== null && made !== undefined && h("span", {}, "; ", h("span", { class: "key" }), " the made picture: " + show(made))));
};
const nearRow = (title, layer, near) => near && near.length > 0 && [h("h3", {}, title), h("div", { class: "row" }, near.map(([unit, cosine]) =>
  h("a", { href: unitLink(layer, unit), class: "near" }, unitTile(layer, unit, 72), h("span", {}, h("b", {}, unit), " " + cosine.toFixed(2)))))];
const facts = (rows) => h("dl", { class: "facts" }, rows.filter(Boolean).map(([name, value, note]) => [h("dt", {}, name), h("dd", {}, value, note && h("span", { class: "note" }, " " + note))]));
const quoted = (text) => (/^[\w./:=-]+$/.test(text) ? text : "'" + text.replaceAll("'", "'\\''") + "'");
const copyable = (text) => h("div", { class: "copy" }, h("code", {}, text), h("button", { type: "button", onclick: (event) => {
  navigator.clipboard?.writeText(text).then(() => { event.target.textContent = "Copied"; say("Copied"); }, () => say("Copying is not allowed here"));
} }, "Copy"));
const verdict = (file, unit) => {
  const real = file.real;
  if (!real) return null;
  const agrees = real.agreement[unit];
  const words = agrees === null || agrees === undefined ? null
    : agrees >= 0.8 ? "The made picture and the real ones agree: to the network, it is nearest to those that excite the unit."
    : agrees >= 0.6 ? "The made picture and the real ones agree in part."
    : "The made picture and the real ones do not agree: to the network, it is no nearer to those that excite the unit than to others.";
  return words && h("p", { class: "verdict" }, words, h("span", { class: "note" }, " (" + percent(agrees) + " of pairs; 50 % is chance)"));
};
const pictureFile = (layer, name, value, label) => h("figure", { class: "real further" }, h("div", { class: "surround" },
  h("img", { class: atlas.tiles.isPixelated ? "sharp" : "", src: "f/" + layer.slug + "/" + name + ".webp", alt: label, loading: "lazy" })), h("figcaption", {}, h("b", {}, show(value))));
const further = (layer, file, unit) => {
  const least = file.negative?.[unit];
  const all = (file.diverse?.[unit] || []).flatMap((value, i) => (value === null ? [] : [pictureFile(layer, unit + "-diverse-" + i, value, "Further picture " + (i + 1) + " of " + layer.name + ":" + unit)]));
  return [
    all.length > 0 && [h("h2", {}, "Other pictures that it wants"), h("p", { class: "note" }, "From other starts, and kept unlike each other."), h("div", { class: "row" }, all)],
    least !== null && least !== undefined && [h("h2", {}, "What it wants least"), h("div", { class: "row" }, pictureFile(layer, unit + "-negative", least, "The picture that " + layer.name + ":" + unit + " wants least"))],
  ];
};
const drawUnit = async (layer, unit) => {
  const [file, names, elsewhere] = await Promise.all([layerFile(layer), atlas.data && atlas.data.tiles.count > 0 ? load("examples") : [], sameElsewhere(layer, unit)]);
  const real = file.real;
  const status = file.status[unit];
  const made = file.activation[unit];
  const target = layer.name + ":" + unit;
  const command = layer.directions
    ? "xstar atlas MODEL.onnx --images IMAGES --layers " + quoted(layer.directions.of) + " --directions " + layer.directions.method + "=" + layer.directions.count
    : "xstar maximize MODEL.onnx " + quoted(target) + (atlas.recipe ? " --recipe " + atlas.recipe.type : " --recipe none") + " --steps " + atlas.steps + " --seed " + atlas.seed;
  const step = (to, text, key) => to >= 0 && to < layer.units ? h("a", { href: unitLink(layer, to), title: "Key " + key, rel: to > unit ? "next" : "prev" }, text) : h("span", { class: "note" }, text);
  const selective = real?.selective?.[unit];
  const field = layer.field;
  return [
    h("nav", { class: "path", "aria-label": "Where this is" }, h("a", { href: layerLink(layer), title: "Key G" }, "↑ " + layer.name), step(unit - 1, "← " + (unit - 1), "K"), step(unit + 1, "→ " + (unit + 1), "J"),
      h("a", { href: here() + "/compare/" + compared(layer.slug + ":" + unit), title: "Key C" }, "Compare")),
    h("h1", {}, target),
    layer.directions && h("p", { class: "lead" }, "A direction of ", h("a", { href: layerLink(atlas.layers.find(({ name }) => name === layer.directions.of)) }, layer.directions.of), ": " + layer.directions.doc + "."),
    h("div", { class: "about" },
      h("div", { class: "surround" }, status === "done"
        ? unitPicture(layer, unit, "The picture that excites " + target + " most")
        : h("p", {}, status === "failed" ? "No picture: " + file.failures[unit] : "Not made yet: the same command goes on.")),
      h("div", {},
        verdict(file, unit),
        facts([
          ["Activation", show(made, 4), field ? "of the picture, the mean over all places" : "of the picture"],
          real && ["Beyond", percent(real.percentile[unit]), "of the real pictures"],
          selective && ["Selective for", h("a", { href: classLink(selective[0]) }, shortClass(selective[0])), "tells it from the rest in " + percent(selective[1]) + " of pairs"],
          ["Sees", field ? field.height.size + " × " + field.width.size : "everything", field ? "of " + atlas.input.slice(1).join(" × ") + " pixels" : ""],
        ]),
        real?.classes?.[unit]?.length > 0 && [h("h2", { class: "sub" }, "Speaks for"), classBars(real.classes[unit])],
        real?.wanted?.[unit]?.length > 0 && [h("h2", { class: "sub" }, "Wanted by"), h("p", { class: "note" }, "Classes whose score would rise most if the unit were more active."), classBars(real.wanted[unit])],
        (file.warnings[unit] || []).map((text) => h("p", { class: "warning" }, "⚠ " + text)))),
    further(layer, file, unit),
    real && real.strongest[unit].length > 0 && [h("h2", {}, "Real pictures that excite it most"),
      h("p", { class: "note" }, field ? "By the one place that answers most: what it sees, and where that is in the whole picture." : "By its activation."),
      h("div", { class: "row reals" }, real.strongest[unit].map((one) => realFigure(layer, one, names, 96)))],
    real && [h("h2", {}, "From the most to the least"),
      h("p", { class: "note" }, "By the mean over all places: the strongest, then those above 90, 75, 50 and 25 % of all, and the weakest."),
      h("div", { class: "row reals" }, real.spread[unit].map((one) => realFigure(layer, one, names, 96))),
      distributionChart(real.distribution[unit], made)],
    file.curves[unit] && file.curves[unit].length > 1 && [h("h2", {}, "How the picture was made"), curveChart(file.curves[unit])],
    Object.values(file.nearest).some((all) => all[unit]?.length > 0) && h("h2", {}, "Units like it"),
    nearRow("By the real pictures that they answer to", layer, file.nearest.activations?.[unit]),
    nearRow(layer.directions ? "By their vectors" : "By their weights", layer, file.nearest.weights?.[unit]),
    nearRow("By what the network makes of their pictures", layer, file.nearest.pictures?.[unit]),
    elsewhereLinks(layer, unit, elsewhere),
    h("h2", {}, "Again, and cited"),
    copyable(command),
    !layer.directions && h("p", { class: "note" }, "While ", h("code", {}, "xstar studio MODEL.onnx"), " runs: ",
      h("a", { href: "http://127.0.0.1:8484/#/local?t=" + encodeURIComponent(target), rel: "noreferrer" }, "open " + target + " in the studio"), "."),
    copyable(target + " of " + atlas.model.name + " (SHA-256 " + atlas.model.sha256.slice(0, 12) + "), xstar " + atlas.xstar + ", " + location.href.split("#")[0].replace(/^file:.*$/, "") + unitLink(layer, unit)),
  ];
};
const classBars = (classes) => {
  const most = classes[0][1];
  return h("ul", { class: "class-bars" }, classes.map(([index, amount]) => h("li", {}, h("a", { href: classLink(index) }, shortClass(index)),
    h("span", { class: "track" }, h("span", { class: "bar series-0", style: "width:" + Math.max(2, (100 * amount) / most) + "%" })), h("span", { class: "note" }, "+" + show(amount, 2)))));
};
`;
