/** A float attribute: plain numbers are taken as whole ones. */
export const float = (value: number | readonly number[]) => ({ float: value });
