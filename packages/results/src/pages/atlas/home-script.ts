/** The first page: all layers. And the page of a class. */
export const homeScript = String.raw`
const stateOf = (layer) => {
  const left = layer.units - layer.done - layer.failed;
  return [left > 0 && left + " to come", layer.failed > 0 && layer.failed + " without"].filter(Boolean).join(", ");
};
const recipeName = () => (atlas.recipe ? atlas.recipe.type : "none");
const layerRow = (layer) => h("li", {},
  h("a", { href: layerLink(layer), class: "layer" },
    h("span", { class: "names" }, h("strong", {}, layer.name),
      h("span", { class: "note" }, [layer.directions ? "directions" : layer.opType, many(layer.units, nounOf(layer)), layer.field
        ? "sees " + layer.field.height.size + " × " + layer.field.width.size : "sees all", stateOf(layer)].filter(Boolean).join(" · "))),
    h("span", { class: "strip" }, layer.strip.map((_, at) => stripTile(layer, at, 56)))));
const drawHome = async () => {
  const others = await besides();
  const [plain, found] = [atlas.layers.filter((layer) => !layer.directions), atlas.layers.filter((layer) => layer.directions)];
  const unitsOf = (layers) => layers.reduce((sum, layer) => sum + layer.units, 0);
  const facts = [many(unitsOf(plain), "unit"), many(plain.length, "layer"), found.length > 0 && many(unitsOf(found), "direction"), "recipe " + recipeName(), many(atlas.steps, "step"),
    atlas.data && "shown " + many(atlas.data.used, "real picture")].filter(Boolean);
  return [
    h("h1", {}, atlas.model.name),
    h("p", { class: "lead" }, "What every unit of this network wants most. " + facts.join(" · ")),
    h("ul", { class: "layers" }, plain.map(layerRow)),
    found.length > 0 && [h("h2", {}, "Directions"),
      h("p", { class: "note" }, "What the activations of a layer are made of for the real pictures, besides its single units."),
      h("ul", { class: "layers" }, found.map(layerRow))],
    atlas.classes && atlas.data && h("details", { class: "classes" }, h("summary", {}, many(atlas.classes.length, "class", "classes")),
      h("ul", { class: "names" }, atlas.classes.map((_, index) => h("li", {}, h("a", { href: classLink(index) }, className(index)))))),
    others.length > 0 && h("p", {}, "Other networks: ", others.map(({ name, path }, i) => [i > 0 && ", ", h("a", { href: path + "/index.html" }, name)])),
    h("p", { class: "note" }, "Network SHA-256 " + atlas.model.sha256 + ", made by xstar " + atlas.xstar + ". The data are in ",
      h("a", { href: "atlas.json" }, "atlas.json"), ", checksums in ", h("a", { href: "SHA256SUMS" }, "SHA256SUMS"), ", how to cite it in ", h("a", { href: "CITATION.cff" }, "CITATION.cff"), "."),
  ];
};
const drawClass = async (index) => {
  const [classes, elsewhere] = await Promise.all([load("classes"), classElsewhere(atlas.classes[index])]);
  const units = classes[index] || [];
  return [
    h("h1", {}, className(index)),
    h("p", { class: "lead" }, "The units that add most to the score of this class, in the real pictures that the network takes for it: activation times gradient."),
    units.length === 0 && h("p", {}, "None of the real pictures was taken for this class, so nothing is known of it."),
    unitsOfClass(units),
    elsewhere,
  ];
};
`;
