/**
 * One parameter of a definition: yields its type, its validation, its flag on the command line and its line in the docs.
 * `Given` is its JSON form; `Built` is what `build` receives.
 */
export interface Field<Given, Built = Given> {
  readonly kind: string;
  readonly doc: string;
  readonly fallback?: Given;
  readonly optional?: boolean;
  /** A live field is a graph input: its value can change without compiling again, and differ within a batch. */
  readonly live?: "float32" | "int64";
  readonly choices?: readonly string[];
  /** Whether it holds as many numbers as a picture, which records leave out. */
  readonly isData?: boolean;
  parse(x: unknown, name: string): Given;
  /** Only for types: never set. */
  readonly built?: Built;
}

/** The parameters of a definition, by name. */
export type Fields = Readonly<Record<string, Field<any, any>>>;

type GivenOf<F> = F extends Field<infer Given, any> ? Given : never;
type BuiltOf<F> =
  F extends Field<any, infer Built> ? (F extends { optional: true } ? Built | undefined : Built) : never;
type OptionalKeys<F extends Fields> = {
  [K in keyof F]: F[K] extends { fallback: unknown } | { optional: true } ? K : never;
}[keyof F];

/** True for `any`, which stands for the fields of any definition in a table. */
export type IsAny<F> = 0 extends 1 & F ? true : false;

/** What a caller gives: fields with a default may be left out. */
export type Given<F extends Fields> =
  IsAny<F> extends true
    ? any
    : { readonly [K in Exclude<keyof F, OptionalKeys<F>>]: GivenOf<F[K]> } & {
        readonly [K in OptionalKeys<F>]?: GivenOf<F[K]> | undefined;
      };

/** What was given, defaults filled in. */
export type Parsed<F extends Fields> =
  IsAny<F> extends true
    ? any
    : { readonly [K in keyof F]: F[K] extends { optional: true } ? GivenOf<F[K]> | undefined : GivenOf<F[K]> };

/** What `build` receives: live fields as values of the graph. */
export type Built<F extends Fields> = IsAny<F> extends true ? any : { readonly [K in keyof F]: BuiltOf<F[K]> };

export type WithFallback<F, T> = F & { readonly fallback: T };
