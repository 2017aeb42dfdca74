import { XstarError } from "../errors.js";

/** Walks over a text; what it takes is matched at the place where it stands, so patterns are sticky. */
export class Scanner {
  at = 0;

  constructor(
    readonly text: string,
    private readonly hint: string,
  ) {}

  sees(pattern: RegExp, from = this.at): string | undefined {
    pattern.lastIndex = from;
    return pattern.exec(this.text)?.[0];
  }

  take(pattern: RegExp): string | undefined {
    const found = this.sees(pattern);
    this.at += found?.length ?? 0;
    return found;
  }

  /** The first of the names that the text goes on with, followed by `after`. */
  takeName(names: readonly string[], after: RegExp): string | undefined {
    const name = names.find(
      (one) => this.text.startsWith(one, this.at) && this.sees(after, this.at + one.length) !== undefined,
    );
    this.at += name?.length ?? 0;
    return name;
  }

  atEnd(): boolean {
    return this.at >= this.text.length;
  }

  place(): string {
    return `${this.atEnd() ? "at the end" : `at character ${this.at + 1}`} of the target "${this.text}"`;
  }

  expected(what: string): XstarError {
    return new XstarError("bad-argument", `Expected ${what} ${this.place()}`, { hint: this.hint });
  }

  index(what: string): number {
    const digits = this.take(/\d+/y);
    if (digits === undefined) throw this.expected(what);
    return Number(digits);
  }
}
