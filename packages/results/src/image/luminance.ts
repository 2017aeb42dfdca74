/** What red, green and blue count in the brightness of a colour (Rec. 709). */
export const luminanceWeights: readonly [red: number, green: number, blue: number] = [0.2126, 0.7152, 0.0722];
