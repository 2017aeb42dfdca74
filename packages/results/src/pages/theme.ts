import { type Colormap, colorAt, type ThemedColormap } from "../image/colormap.js";
import { luminanceWeights } from "../image/luminance.js";
import type { Rgb } from "../image/picture.js";

/** A CSS colour for each theme. */
export interface ThemedColor {
  readonly light: string;
  readonly dark: string;
}

/** The style of something filled with `color`, with text in black or white on it, whichever is easier to read. */
export function filledWith(map: ThemedColormap, position: number): string {
  const [light, dark] = [colorAt(map.light, position), colorAt(map.dark, position)];
  return (
    themed("background", { light: hex(light), dark: hex(dark) }) +
    themed("color", { light: textOn(light), dark: textOn(dark) })
  );
}

/** The style of a bar that shows all colours of a map from left to right. */
export function gradientOf(map: ThemedColormap): string {
  const stops = Array.from({ length: 9 }, (_, i) => ({ light: stop(map.light, i / 8), dark: stop(map.dark, i / 8) }));
  const gradient = (colors: readonly string[]) => `background:linear-gradient(90deg,${colors.join(",")});`;
  return gradient(stops.map(({ light }) => light)) + gradient(stops.map(lightDark));
}

/** A declaration that follows the theme, after one for browsers that do not know `light-dark()`. */
export function themed(property: string, color: ThemedColor): string {
  return `${property}:${color.light};${property}:${lightDark(color)};`;
}

function lightDark({ light, dark }: ThemedColor): string {
  return `light-dark(${light},${dark})`;
}

function stop(map: Colormap, position: number): string {
  return hex(colorAt(map, position));
}

function hex(color: Rgb): string {
  return `#${color.map((part) => part.toString(16).padStart(2, "0")).join("")}`;
}

/** Relative luminance of WCAG 2: above 0.18, black has the greater contrast. */
function textOn(color: Rgb): string {
  const [red, green, blue] = color.map((part) => (part <= 10 ? part / 3294 : ((part / 255 + 0.055) / 1.055) ** 2.4));
  const [r, g, b] = luminanceWeights;
  return r * red! + g * green! + b * blue! > 0.18 ? "#000" : "#fff";
}
