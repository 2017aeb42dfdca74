import type { SplitTable } from "../families.js";
import { commonOperators } from "./common-operators.js";
import type { Rewrite, Upgrade } from "./rewrite.js";

/** Operators that are written with others, whatever the version of their operator set. */
export const rewriteTable: SplitTable<Rewrite> = {
  common: commonOperators,
  families: [
    {
      names: [
        "CenterCropPad",
        "CumProd",
        "Pad",
        "TensorScatter",
        "com.microsoft::FusedConv",
        "com.microsoft::FusedGemm",
        "com.microsoft::FusedMatMul",
        "com.microsoft::FastGelu",
        "com.microsoft::BiasGelu",
        "com.microsoft::SkipLayerNormalization",
        "com.microsoft::SkipSimplifiedLayerNormalization",
      ],
      load: async () => (await import("./compound-operators.js")).compoundOperators,
    },
    {
      names: ["Attention", "RotaryEmbedding", "com.microsoft::Attention", "com.microsoft::MultiHeadAttention"],
      load: async () => (await import("./attention.js")).attentionOperators,
    },
    { names: ["RNN", "LSTM", "GRU"], load: async () => (await import("./recurrent.js")).recurrentOperators },
    {
      names: [
        "Cast",
        "QLinearConv",
        "QLinearMatMul",
        "com.microsoft::QLinearAdd",
        "com.microsoft::QLinearMul",
        "com.microsoft::QLinearConcat",
        "com.microsoft::QLinearSigmoid",
        "com.microsoft::QLinearLeakyRelu",
        "com.microsoft::QLinearAveragePool",
        "com.microsoft::QLinearGlobalAveragePool",
        "com.microsoft::MatMulIntegerToFloat",
        "com.microsoft::DynamicQuantizeMatMul",
        "com.microsoft::DynamicQuantizeLSTM",
        "com.microsoft::MatMulNBits",
      ],
      load: async () => {
        const { castOfProduct, dynamicallyQuantizedOperators, packedOperators, quantizedOperators } =
          await import("./quantized-operators.js");
        return { Cast: castOfProduct, ...quantizedOperators, ...dynamicallyQuantizedOperators, ...packedOperators };
      },
    },
    {
      names: [
        "ai.onnx.ml::LinearRegressor",
        "ai.onnx.ml::LinearClassifier",
        "ai.onnx.ml::SVMRegressor",
        "ai.onnx.ml::SVMClassifier",
        "ai.onnx.ml::Normalizer",
        "ai.onnx.ml::Scaler",
        "ai.onnx.ml::Imputer",
        "ai.onnx.ml::ArrayFeatureExtractor",
        "ai.onnx.ml::FeatureVectorizer",
      ],
      load: async () => (await import("./classical-operators.js")).classicalOperators,
    },
    {
      names: ["ImageScaler", "Scale", "Affine", "ScaledTanh", "ParametricSoftplus", "Crop", "Scatter"],
      load: async () => (await import("./retired-operators.js")).retiredOperators,
    },
    { names: ["DeformConv"], load: async () => ({ DeformConv: (await import("./deform-conv.js")).deformConv }) },
    { names: ["RoiAlign"], load: async () => ({ RoiAlign: (await import("./roi-align.js")).roiAlign("half_pixel") }) },
    { names: ["STFT"], load: async () => ({ STFT: (await import("./spectral.js")).shortTimeFourier }) },
    {
      names: ["NegativeLogLikelihoodLoss", "SoftmaxCrossEntropyLoss"],
      load: async () => (await import("./losses.js")).losses,
    },
  ],
};

/** Operators of older operator sets, as the newer ones: the first row whose `below` is above the model's version applies. */
export const upgradeTable: SplitTable<readonly Upgrade[]> = {
  common: {},
  families: [
    {
      names: [
        "Softmax",
        "LogSoftmax",
        "Hardmax",
        "Clip",
        "Pad",
        "Split",
        "Slice",
        "Squeeze",
        "Unsqueeze",
        "TopK",
        "BatchNormalization",
        "MeanVarianceNormalization",
        "Upsample",
        "Resize",
        "GridSample",
        "DFT",
        "RoiAlign",
        "ReduceSum",
        "ReduceMean",
        "ReduceMax",
        "ReduceMin",
        "ReduceProd",
        "ReduceL1",
        "ReduceL2",
        "ReduceSumSquare",
        "ReduceLogSum",
        "ReduceLogSumExp",
      ],
      load: async () => (await import("./upgrades.js")).upgrades,
    },
  ],
};
