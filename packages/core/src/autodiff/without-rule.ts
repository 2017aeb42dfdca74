/** Why an operator has no vjp rule. */
export interface WithoutRule {
  /** Its results do not change where its inputs change a little, so the gradient ends here without an error. */
  readonly zero?: true;
  readonly why: string;
}

const whole: WithoutRule = { zero: true, why: "its results are whole numbers or truth values" };
const source: WithoutRule = { zero: true, why: "it reads no floating-point activations" };
const sequence: WithoutRule = {
  why: "lists of tensors are followed where their lengths and places are known, not where they depend on the input",
};
const optional: WithoutRule = { why: "optionals are not followed" };
const loop: WithoutRule = {
  why: "it is written out where the number of rounds is known and at most 1024, not where the input decides it",
};

/** The standard operators on floats that have no rule, each with the reason. */
export const withoutRule: Readonly<Record<string, WithoutRule>> = {
  ArgMax: whole,
  ArgMin: whole,
  Equal: whole,
  Greater: whole,
  GreaterOrEqual: whole,
  IsInf: whole,
  IsNaN: whole,
  Less: whole,
  LessOrEqual: whole,
  Multinomial: whole,
  NonMaxSuppression: whole,
  NonZero: whole,
  OptionalHasElement: whole,
  SequenceLength: whole,
  Shape: whole,
  Size: whole,
  BlackmanWindow: source,
  ConstantOfShape: source,
  HammingWindow: source,
  HannWindow: source,
  RandomNormal: source,
  RandomUniform: source,
  TfIdfVectorizer: source,
  BitCast: { why: "it reads bits, not numbers" },
  If: { why: "a known condition is folded and both branches are joined, but not where they may give different shapes" },
  Loop: loop,
  MaxRoiPool: { why: "regions are found outside of the gradient's way; no rule yet" },
  Optional: optional,
  OptionalGetElement: optional,
  SequenceAt: sequence,
  ConcatFromSequence: sequence,
  SequenceConstruct: sequence,
  SequenceEmpty: sequence,
  SequenceErase: sequence,
  SequenceInsert: sequence,
  SequenceMap: sequence,
  SplitToSequence: sequence,
  Range: { why: "where its bounds depend on the input, so does its length; others are folded" },
  Unique: { why: "how many results it has depends on the input" },
};
