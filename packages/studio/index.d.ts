/**
 * The folder of the studio's static files, with its index.html.
 *
 * @example
 * import { folder } from "@xstar/studio";
 */
export declare const folder: string;
