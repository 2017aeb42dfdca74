import { styles } from "./styles.js";

/** Text that is HTML already: `html` puts it in as it is. Only `html` and `raw` make it. */
export class Html {
  constructor(readonly text: string) {}

  toString(): string {
    return this.text;
  }
}

export type HtmlPart = Html | string | number | false | null | undefined | readonly HtmlPart[];

/**
 * A template in which all inserted text is escaped, lists are joined, and false, null and undefined are nothing. The
 * indentation of the template itself is left out.
 *
 * @example
 * html`<p>${"1 < 2"}</p>`;
 */
export function html(strings: TemplateStringsArray, ...parts: readonly HtmlPart[]): Html {
  const [first = "", ...rest] = strings.map((string) => string.replace(/\n\s+/g, "\n"));
  return new Html(rest.reduce((text, string, i) => text + render(parts[i]) + string, first));
}

/** Puts text into `html` without escaping: only for text of our own making. */
export function raw(text: string): Html {
  return new Html(text);
}

/** A value as JSON in the page, which scripts read with `JSON.parse(document.getElementById(id).textContent)`. */
export function embedJson(id: string, value: unknown): Html {
  const json = raw(JSON.stringify(value).replaceAll("<", "\\u003c"));
  return html`<script type="application/json" id="${id}">
    ${json}
  </script>`;
}

export interface PageOptions {
  readonly title: string;
  /** One or two sentences below the title, also for search engines. */
  readonly description: string;
  /** Begins with `<h2>` sections. */
  readonly body: Html;
  /** A classic inline script; the page must be readable without it. */
  readonly script?: string;
}

/** A complete HTML file that needs no network: its content security policy allows none. */
export function page({ title, description, body, script = "" }: PageOptions): string {
  return wholeDocument({
    title,
    description,
    policy: "default-src 'none'; img-src data: blob:; style-src 'unsafe-inline'; script-src 'unsafe-inline'",
    styles,
    body: html`<header>
        <h1>${title}</h1>
        <p class="lead">${description}</p>
      </header>
      <main id="main">${body}</main>`,
    script,
  });
}

interface DocumentOptions extends Required<PageOptions> {
  /** The content security policy. */
  readonly policy: string;
  readonly styles: string;
}

/** What all pages have in common; the body has a `<header>`, and an element `main` to skip to. */
export function wholeDocument({ title, description, policy, styles, body, script }: DocumentOptions): string {
  const document = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content="${policy}" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="description" content="${description}" />
        <title>${title}</title>
        <style>
          ${raw(styles)}
        </style>
      </head>
      <body>
        <a class="skip" href="#main">Skip to the content</a>
        ${body}
        <script>
          ${raw(endSafely(themeButton))};
        </script>
        ${
          script !== "" &&
          html`<script>
            ${raw(endSafely(script))};
          </script>`
        }
      </body>
    </html> `;
  return document.text;
}

/** Adds a button that overrides the theme of the system. */
const themeButton = `(() => {
const themes = ["system", "light", "dark"];
const button = document.createElement("button");
const show = (theme) => {
  button.textContent = "Theme: " + theme;
  document.documentElement.dataset.theme = theme;
};
let current = 0;
try { current = Math.max(0, themes.indexOf(localStorage.getItem("xstar-theme"))); } catch {}
button.type = "button";
button.className = "theme";
button.addEventListener("click", () => {
  current = (current + 1) % themes.length;
  show(themes[current]);
  try { localStorage.setItem("xstar-theme", themes[current]); } catch {}
});
show(themes[current]);
document.querySelector("header").append(button);
})();`;

function render(part: HtmlPart): string {
  if (part instanceof Html) return part.text;
  if (Array.isArray(part)) return part.map(render).join("");
  if (part === false || part === null || part === undefined) return "";
  return String(part).replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** A script must not contain the text that ends it. */
function endSafely(script: string): string {
  return script.replace(/<(?=\/script|!--)/gi, "\\x3c");
}
