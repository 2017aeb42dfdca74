/** The parts of this folder at work: node examples/own-parts/run.js model.onnx LAYER */
import { loadModel, maximize } from "xstar";
import * as parts from "./parts.js";

const [path = "model.onnx", layer = "conv2"] = process.argv.slice(2);
const model = await loadModel(path);
const definitions = Object.values(parts);
const target = parts.contrast({ layer, more: 0, less: 1 });
const { images, curve } = await maximize(model, target, { recipe: "bold", definitions });
await images[0].save("contrast.png");
console.log(`contrast.png: ${curve[0][0].toFixed(3)} at first, ${curve[curve.length - 1][0].toFixed(3)} at last`);
