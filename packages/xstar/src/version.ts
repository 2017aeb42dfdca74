/** The version of all packages; `npm run set-version` writes it. */
export const version = "0.1.0";
