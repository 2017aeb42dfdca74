import ort = require("onnxruntime-node");
export = ort;
