/** Names that are taken, of which none is given twice. */
export class Names {
  /** By the taken name: the number to try next behind it. */
  private readonly next = new Map<string, number>();

  /** Takes a name that may be taken already. */
  add(name: string): void {
    if (!this.next.has(name)) this.next.set(name, 2);
  }

  /** `base`, or `base_2`, `base_3`, ..., which is then taken. */
  take(base: string): string {
    let number = this.next.get(base);
    if (number === undefined) {
      this.next.set(base, 2);
      return base;
    }
    while (this.next.has(`${base}_${number}`)) number++;
    const name = `${base}_${number}`;
    this.next.set(base, number + 1);
    this.next.set(name, 2);
    return name;
  }
}
