/** Data by script, which works from a file too; and how elements are made: all texts are text, never HTML. */
export const dataScript = String.raw`
const waiting = new Map();
const kept = new Map();
window.atlasData = (path, value) => {
  const source = document.currentScript.getAttribute("src");
  waiting.get(source.slice(0, -3))?.(value);
};
const load = (name, from = "") => {
  const path = from + name;
  if (!kept.has(path)) kept.set(path, new Promise((resolve, reject) => {
    const script = document.createElement("script");
    waiting.set(path, resolve);
    script.src = path + ".js";
    script.onerror = () => reject(new Error(path + ".js is missing"));
    document.head.append(script);
  }));
  return kept.get(path);
};
const h = (tag, attributes = {}, ...children) => {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat(9).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
};
const svg = (tag, attributes, ...children) => {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
};
const show = (x, digits = 3) => {
  if (x === null || x === undefined) return "–";
  if (x === 0) return "0";
  const size = Math.abs(x);
  const text = size >= 1e5 || size < 1e-3 ? x.toExponential(1) : size >= 10 ** digits ? String(Math.round(x)) : x.toPrecision(digits);
  return text.replace("-", "−");
};
const percent = (x) => (x === null || x === undefined ? "–" : (100 * x).toFixed(x > 0.995 && x < 1 ? 1 : 0) + " %");
const many = (count, noun, plural = noun + "s") => count.toLocaleString("en") + " " + (count === 1 ? noun : plural);
let atlas;
let base = "";
const here = () => (base === "" ? "" : base + "index.html") + "#/m/" + atlas.model.sha256.slice(0, 12);
const layerLink = (layer) => here() + "/" + layer.slug;
const unitLink = (layer, unit) => layerLink(layer) + "/" + unit;
const classLink = (index) => here() + "/class/" + index;
const className = (index) => atlas.classes[index].replace(/^n\d{8}\s+/, "");
const shortClass = (index) => className(index).split(",")[0];
const nounOf = (layer) => (layer.directions?.cells ? "cell" : layer.directions ? "direction" : "unit");
const layerFile = (layer) => load("d/" + layer.slug);
`;
