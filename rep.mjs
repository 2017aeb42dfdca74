const X = await import("xstar");
const [file, wrt, precision, ...given] = process.argv.slice(2); // given: x=0,3
const m = await X.loadModel(file, { runtime: X.nodeRuntime({ threads: 1 }) });
const shapes = new Map(m.source.inputs.map((i) => [i.name, i.dims]));
const feeds = Object.fromEntries(m.source.inputs.map((i) => [i.name, X.tensor(i.dtype, Array.from({ length: X.size(i.dims) }, (_, k) => Math.sin(k + 1)), i.dims)]));
const fixed = {};
for (const one of given) { let [name, list] = one.split("="); const isFixed = name.startsWith("!"); name = name.replace("!",""); feeds[name] = X.tensor(feeds[name].dtype, list.split(",").map(Number), feeds[name].shape); if (isFixed) { fixed[name] = feeds[name]; delete feeds[name]; } }
try {
if (process.env.PRINT) console.log((await import("/work/wt-shapes/packages/core/dist/ir/print.js")).print((await m.at(shapes)).graph));
const y = (await m.at(shapes, new Map(Object.entries(fixed)))).graph.outputs[0].type;

const f = await X.vjp(m, { shapes, inputs: fixed, ...(wrt && { wrt }), ...(precision && { precision }) });
const r = await f.run(feeds, X.tensor(y.dtype, new Array(X.size(y.shape)).fill(1), y.shape));
console.log(r.output.shape, r.output.data.slice(0,6), r.gradient.shape, r.gradient.data.slice(0,12));
// central differences of the sum, float32 by the forward
if (!process.env.NOFD) { const base = feeds[wrt ?? m.source.inputs.find(i=>i.dtype.startsWith("float")).name]; let worst=0;
for (let k=0;k<Math.min(6,base.data.length);k++) { const at=Math.floor(k*base.data.length/Math.min(6,base.data.length)); const run=async(e)=>{const d=Float32Array.from(base.data); d[at]+=e; const t=await f.run({...feeds,[wrt ?? m.source.inputs.find(i=>i.dtype.startsWith("float")).name]:X.tensor("float32",d,base.shape)}, X.tensor(y.dtype, new Array(X.size(y.shape)).fill(1), y.shape)); return t.output.data.reduce((a,b)=>a+b,0)}; const fd=((await run(0.01))-(await run(-0.01)))/0.02; worst=Math.max(worst,Math.abs(fd-r.gradient.data[at])/(1e-3+Math.abs(fd))); if(process.env.V)console.log(at,fd,r.gradient.data[at]); } console.log("FD worst rel", worst); }
} catch (e) { console.log("ERR", e.code, e.message, "| HINT:", e.hint); if(!e.code) console.log(e.stack) }
