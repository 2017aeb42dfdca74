interface KeyAction {
  readonly does: string;
  run(event: KeyboardEvent): void;
}

type Keymap = Readonly<Record<string, KeyAction>>;

const stored = "xstar-keys-off";

/** Keys of the screen that is open. Single keys can be switched off (WCAG 2.1.4). */
class Keys {
  areOn = $state(localStorageSays() !== "1");
  maps = $state.raw<readonly Keymap[]>([]);

  constructor() {
    addEventListener("keydown", (event) => this.press(event));
  }

  /** Adds keys; call what it gives when the screen goes. */
  use(map: Keymap): () => void {
    this.maps = [...this.maps, map];
    return () => (this.maps = this.maps.filter((one) => one !== map));
  }

  get all(): readonly (readonly [string, string])[] {
    return this.maps.flatMap((map) => Object.entries(map).map(([key, { does }]) => [key, does] as const));
  }

  setOn(areOn: boolean): void {
    this.areOn = areOn;
    try {
      localStorage.setItem(stored, areOn ? "0" : "1");
    } catch {
      // not kept, then
    }
  }

  private press(event: KeyboardEvent): void {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || !this.areOn) return;
    const target = event.target as HTMLElement;
    const isText = target.matches(
      "input:not([type=range], [type=checkbox], [type=radio]), textarea, select, [contenteditable]",
    );
    const isOwn = target.matches("input[type=range]") && /^(Arrow|Home|End|Page)/.test(event.key);
    const isButton =
      target.matches("button, a, summary, [role=gridcell]") && (event.key === " " || event.key === "Enter");
    if (isText || isOwn || isButton || document.querySelector("dialog[open]")) return;
    const action = [...this.maps].reverse().find((map) => Object.hasOwn(map, event.key))?.[event.key];
    if (!action) return;
    event.preventDefault();
    action.run(event);
  }
}

function localStorageSays(): string | null {
  try {
    return localStorage.getItem(stored);
  } catch {
    return null;
  }
}

export const keys = new Keys();
