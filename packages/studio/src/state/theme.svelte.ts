type Choice = "system" | "light" | "dark";

const key = "xstar-theme";

/** Light or dark: as the system has it, or as somebody chose. */
class Theme {
  choice = $state<Choice>("system");
  private system = $state(matchMedia("(prefers-color-scheme: dark)").matches);

  constructor() {
    const kept = read();
    if (kept === "light" || kept === "dark") this.choice = kept;
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", ({ matches }) => (this.system = matches));
    this.apply();
  }

  get isDark(): boolean {
    return this.choice === "system" ? this.system : this.choice === "dark";
  }

  toggle(): void {
    this.choice = this.isDark ? "light" : "dark";
    try {
      localStorage.setItem(key, this.choice);
    } catch {
      // a page that may keep nothing has the system's theme again next time
    }
    this.apply();
  }

  private apply(): void {
    if (this.choice === "system") delete document.documentElement.dataset["theme"];
    else document.documentElement.dataset["theme"] = this.choice;
  }
}

function read(): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

export const theme = new Theme();

/** Whether nothing should move by itself. */
export const isStill = (): boolean => matchMedia("(prefers-reduced-motion: reduce)").matches;
