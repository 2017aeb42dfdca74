import { html, raw, themeButton } from "../html.js";
import { styles } from "../styles.js";
import { atlasStyles } from "./atlas-styles.js";
import { dataScript } from "./data-script.js";
import { gridScript } from "./grid-script.js";
import { homeScript } from "./home-script.js";
import { routeScript } from "./route-script.js";
import { searchScript } from "./search-script.js";
import { tileScript } from "./tile-script.js";
import { unitScript } from "./unit-script.js";

/** Everything that the page does, in the order of its parts: each may call those before it. */
export const atlasScript = [dataScript, tileScript, homeScript, gridScript, unitScript, searchScript, routeScript].join(
  "\n",
);

/** The one page of an atlas: it shows the data that lie beside it, opened as a file or from any web host. */
export function atlasPage(title: string): string {
  const policy =
    "default-src 'none'; img-src 'self' file: data:; style-src 'unsafe-inline'; script-src 'self' file: 'unsafe-inline'";
  const document = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content="${policy}" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="description" content="Every unit of the network ${title}: what excites it most." />
        <title>${title}</title>
        <style>
          ${raw(styles + atlasStyles)}
        </style>
      </head>
      <body>
        <a class="skip" href="#main">Skip to the content</a>
        <header class="top">
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
        <p id="said" class="hidden" role="status"></p>
        <script>
          ${raw(themeButton)};
        </script>
        <script>
          ${raw(`(() => {\n"use strict";\n${atlasScript}\n})();`)};
        </script>
      </body>
    </html> `;
  return document.text;
}
