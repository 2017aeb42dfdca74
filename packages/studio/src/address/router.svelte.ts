import { printAddress, readAddress, type Address } from "./address.js";

/** The address of the page, and ways to change it. */
class Router {
  current = $state.raw<Address>(readAddress(location.hash));

  /** Counts the addresses that somebody went to: what only follows a state is none. */
  visits = $state(0);

  constructor() {
    addEventListener("hashchange", () => {
      this.current = readAddress(location.hash);
      this.visits++;
    });
  }

  get screen(): string {
    return this.current.path[0] ?? "";
  }

  go(path: readonly string[], query?: URLSearchParams): void {
    location.hash = printAddress(path, query);
  }

  /** The same screen in another state: nothing that one would go back to. */
  replace(query: URLSearchParams, path = this.current.path): void {
    const hash = printAddress(path, query);
    if (hash === location.hash) return;
    history.replaceState(null, "", hash);
    this.current = readAddress(hash);
  }
}

export const router = new Router();
