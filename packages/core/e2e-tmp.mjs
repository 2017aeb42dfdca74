import ort from "onnxruntime-node";
import { readFileSync } from "node:fs";
import * as X from "./dist/index.js";
const runtime = X.fromOrt(ort);
const M = "/work/shared/models/";
const load = (p) => X.openModel(new Uint8Array(readFileSync(M + p)), { runtime });
const photo = X.tensor("float32", Float32Array.from({length: 3*224*224}, (_, i) => 0.5 + 0.3*Math.sin(i/37) ), [3,224,224]);
const labels = readFileSync(M + "bvlc-googlenet/labels.txt", "utf8").trim().split("\n");
const g = load("bvlc-googlenet/bvlc-googlenet.onnx");
const s = load("squeezenet-v1.1/" + (await import("node:fs")).readdirSync(M+"squeezenet-v1.1").find(f=>f.endsWith(".onnx")));
const which = process.argv[2];
const opt = { steps: 4, seed: 1, parameterization: X.fourier({}), optimizer: { type: "adam", learningRate: 0.05 }, images: { photo }, labels };
async function go(name, model, target, o = {}) {
  const t0 = performance.now();
  const times = []; let last = t0;
  const run = X.maximize(model, target, { ...opt, ...o });
  try {
    for await (const step of run) { const n = performance.now(); times.push(n - last); last = n; if (step.index===0) globalThis.first = step.objective; globalThis.end = step.objective; }
    console.log(name, [...first].map(x=>x.toPrecision(4)).join(" "), "->", [...end].map(x=>x.toPrecision(4)).join(" "), "open", times[0].toFixed(0), "step", times.slice(2).map(t=>t.toFixed(0)).join(" "));
  } catch (e) { console.log(name, e.code, e.message, e.hint); }
}
const L = "inception_4a/output_1";
console.log(X.objectives && Object.keys(X.objectives).length, "objectives");
const size = { size: [128, 128] };
await go("flamingo", g, "logit:flamingo", size);
await go("crane", g, "logit:crane", size);
await go("flamngo", g, "logit:flamngo", size);
const names = X.targetNames(g.source, (await X.prepareBatch(g, 1)).normalized);
const layer = names.layers.find(n => /4a.*(output|concat)/i.test(n)) ?? names.layers[40];
console.log(layer);
await go("channel", g, `${layer}:97`, size);
await go("caricature", g, `caricature:layer=${layer},image=photo`, size);
await go("accent", g, `accentuation:target=logit:flamingo,layer=${layer},image=photo`, size);
await go("style", g, `style:layer=${layer},image=photo`, size);
await go("diversity x4", g, `${layer}:97 - -100*diversity:${layer}`.replace("- -100*", "+ 100*"), { ...size, streams: [0,1,2,3] });
await go("two models", g, `logit:flamingo + squeeze::logit:flamingo`, { ...size, models: { squeeze: { model: s, labels } } });
await go("crops", g, `style:layer=${layer},image=photo`, { ...size, transforms: [X.crops({ count: 2 })] });
await go("cosine", g, X.cosineDirection({ layer, vector: Array.from({length:512}, (_, i)=> i===97?1:0) }), size);
