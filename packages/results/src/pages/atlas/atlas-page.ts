import { html, wholeDocument } from "../html.js";
import { styles } from "../styles.js";
import { atlasStyles } from "./atlas-styles.js";
import { compareScript } from "./compare-script.js";
import { dataScript } from "./data-script.js";
import { gridScript } from "./grid-script.js";
import { homeScript } from "./home-script.js";
import { mapScript } from "./map-script.js";
import { routeScript } from "./route-script.js";
import { searchScript } from "./search-script.js";
import { tileScript } from "./tile-script.js";
import { unitScript } from "./unit-script.js";

/** Everything that the page does, in the order of its parts: each may call those before it. */
export const atlasScript = [
  dataScript,
  tileScript,
  homeScript,
  gridScript,
  mapScript,
  unitScript,
  compareScript,
  searchScript,
  routeScript,
].join("\n");

/** The one page of an atlas: it shows the data that lie beside it, opened as a file or from any web host. */
export function atlasPage(title: string): string {
  return wholeDocument({
    title,
    description: `Every unit of the network ${title}: what excites it most.`,
    policy:
      "default-src 'none'; img-src 'self' file: data:; style-src 'unsafe-inline'; script-src 'self' file: 'unsafe-inline'",
    styles: styles + atlasStyles,
    body: html`<header class="top">
        <a class="home" href="#/">${title}</a>
        <div class="find" role="search">
          <input
            id="find"
            type="search"
            placeholder="Find a unit, layer or class"
            aria-label="Find a unit, layer or class"
            aria-controls="found"
            autocomplete="off"
            spellcheck="false"
          />
          <ul id="found" hidden></ul>
        </div>
        <button type="button" id="keys">Keys</button>
      </header>
      <main id="main" tabindex="-1">
        <p>One moment ...</p>
        <noscript><p>The pages of an atlas are drawn by a script. The same data are in atlas.json.</p></noscript>
      </main>
      <p id="said" class="hidden" role="status"></p>`,
    script: `(() => {\n"use strict";\n${atlasScript}\n})()`,
  });
}
