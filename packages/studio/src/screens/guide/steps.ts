/** What stands beside the text of a step and can be touched. */
export interface StepPanel {
  readonly kind: "draw" | "race" | "variability";
  readonly digit: number;
  readonly starts: readonly string[];
  readonly steps: number;
  readonly view: "raw" | "change";
  /** More than the panes. */
  readonly extra?: "correlation" | "regions" | "test" | "border" | "recognize";
}

export interface GuideStep {
  readonly title: string;
  /** Paragraphs; `{name}` is a number of the run beside them, or of the article. */
  readonly text: readonly string[];
  readonly panel: StepPanel;
  /** A question to answer before one looks. */
  readonly predict?: { readonly question: string; readonly answers: readonly string[]; readonly reveal: string };
  /** A question to discuss. */
  readonly discuss: string;
}

const four = ["ones", "0.5", "zeros", "random"];
const race = (panel: Partial<StepPanel> = {}): StepPanel => ({
  kind: "race",
  digit: 1,
  starts: four,
  steps: 60,
  view: "change",
  ...panel,
});

/** The article, in nine steps. */
export const steps: readonly GuideStep[] = [
  {
    title: "A network reads a digit",
    text: [
      "Draw a 1 on the black square. The network beside it, two convolutions and two dense layers trained on 60,000 handwritten digits, says how sure it is of each digit.",
      "In the article it reads {articleAccuracy} of new digits right; this one {accuracy}. To teach it, its weights were changed until it said the right thing. The picture was fixed, the weights learned.",
    ],
    panel: { ...race(), kind: "draw" },
    discuss: "What is the strangest drawing that the network still calls a 1?",
  },
  {
    title: "Turn it round: the picture learns",
    text: [
      "Now the weights are fixed, and the picture changes. For every pixel, the gradient says: a little brighter or a little darker, and the network is surer of “1”. One step adds that to the picture; then it is asked again.",
      "Step through it with ▶. The picture begins grey. After {steps} steps the network is {sure:0.5} sure.",
    ],
    panel: race({ starts: ["0.5"], steps: 10 }),
    discuss: "Why does the network not need to see a digit to be made surer of one?",
  },
  {
    title: "Four starts, one goal",
    text: [
      "The article begins from four pictures: all ones, all 0.5, all zeros, and random noise. All four are changed so that the network says “1”, in 10 steps; here they go on to {steps}.",
      "From ones it ends at {sure:ones}, from 0.5 at {sure:0.5}, from zeros at {sure:zeros}, from noise at {sure:random}. The article reports {articleOne} after 10 steps, with a network that was trained for longer.",
    ],
    panel: race({ view: "raw" }),
    predict: {
      question: "Will the four results look alike?",
      answers: ["Yes, there is one best 1", "No, each keeps its start"],
      reveal: "They look different: what is found depends on where one starts. That is the article’s second fact.",
    },
    discuss: "If four different pictures are all a “1”, what has the network learned about ones?",
  },
  {
    title: "Look at the change, not at the picture",
    text: [
      "The article says that the change is “difficult to see”. So subtract the start: red or orange is brighter than before, blue is darker.",
      "The numbers below compare the four with each other: 1 is the same, 0 has nothing in common. The pictures themselves: {rawCorrelation} on average. The changes: {changeCorrelation}.",
    ],
    panel: race({ extra: "correlation" }),
    discuss: "Why do the changes from ones and from 0.5 have more in common than with those from noise?",
  },
  {
    title: "The centre matters",
    text: [
      "“The center of the images have large values and they are surrounded by negative values.” Measured on what runs here: in the middle columns the change is {centre} on average, left and right of them {flanks}, at the outermost pixels {edge}.",
      "Point at a pixel: its value, and that of the start, are shown for all four.",
    ],
    panel: race({ extra: "regions" }),
    discuss: "Pixels of a photograph are never negative. Should the search be kept from leaving that range?",
  },
  {
    title: "0.99999, and yet no 1",
    text: [
      "Look at the picture that came from noise: people see noise. Give it back to the network, and it is {asked} sure of “1” (article: {articleOne}).",
      "But it is fragile. Shift it by a pixel or two, or add a little noise, and see what is left of the confidence.",
    ],
    panel: race({ starts: ["random"], view: "raw", extra: "test" }),
    predict: {
      question: "Shifted by two pixels, will it still be called a 1?",
      answers: ["Yes, a 1 is a 1 anywhere", "No, only exactly so"],
      reveal:
        "Try it with the slider. What the network learned need not mean anything to people: the article’s first fact.",
    },
    discuss: "Is a network that is sure of noise wrong, or is our question wrong?",
  },
  {
    title: "Which digit differs most from itself?",
    text: [
      "For every digit, how much does each pixel vary from one writer to the next? Bright is a pixel that varies a lot. The number under each is the sum over all pixels.",
      "The most variable digit is {mostVariable}, as in the article: a 2 is written in more ways than a 1. So the network had to learn more about it.",
    ],
    panel: { ...race(), kind: "variability" },
    predict: {
      question: "Which digit varies most among writers?",
      answers: ["1", "2", "8"],
      reveal: "It is the 2 ({mostVariable} here too); the 1 varies the least.",
    },
    discuss: "Would a network that knows only 1 and 7 learn the same 1?",
  },
  {
    title: "A 2 from noise",
    text: [
      "The same again, for a 2, from noise. Scrub until you see it yourself, and press the button.",
      "The network was surer than not from step {halfAt} on. At the end it is {sure:random} sure; the article reports over {articleTwo}. You: {youAt}.",
    ],
    panel: race({ digit: 2, starts: ["random"], extra: "recognize" }),
    discuss: "Who saw the 2 first, you or the network? What does each of you look at?",
  },
  {
    title: "Set the border to zero",
    text: [
      "“In order to prove that the outer pixels are irrelevant, we can overwrite the values with 0 and still get a confidence of around {articleBorder}.” Drag the border from 0 to 8 pixels: with {border} of them set to 0 the network is {bordered} sure.",
      "What would make it look like a digit to people? Penalties on rough pictures, small shifts at every step: the workbench has them. And now: your own network.",
    ],
    panel: race({ digit: 2, starts: ["random"], extra: "border" }),
    discuss: "How wide can the border be before the network doubts? What does that say about where digits are written?",
  },
];

export const glossary: readonly (readonly [term: string, meaning: string])[] = [
  ["Neuron, unit", "A number that a network computes from a picture; a channel of a layer has one at every place."],
  [
    "Activation",
    "The value of a neuron for a picture. To maximize it is to look for the picture that makes it largest.",
  ],
  ["Logit", "The score of a class before it becomes a probability. It has no upper limit."],
  ["Softmax", "Turns the logits of all classes into probabilities that add up to 1."],
  ["Gradient", "For every pixel, how much the objective rises when that pixel becomes a little brighter."],
  [
    "Cross-entropy",
    "How surprised one is by the right answer: minus the logarithm of its probability. Here it is made small.",
  ],
  ["Step, learning rate", "A step adds the gradient times the learning rate to the picture."],
  ["Nines", "How many nines a confidence begins with: 0.999 has three. Near 1, bars look alike; nines do not."],
  ["Seed", "The number that decides all that is random. The same seed gives the same noise."],
  ["Regularizer, penalty", "What is subtracted from the objective so that pictures stay smooth or small."],
];
