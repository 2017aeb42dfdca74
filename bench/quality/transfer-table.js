/**
 * @typedef {object} TransferRow
 * @property {string} maker
 * @property {number} class
 * @property {string} recipe
 * @property {boolean} isHeldOut
 * @property {number} [activation]
 * @property {number} [rank] in the maker itself
 * @property {Readonly<Record<string, number>>} ranks in the judges
 */

/**
 * For every maker and recipe, how many classes all judges put first, and among the first five; as Markdown.
 * @param {readonly TransferRow[]} rows
 */
export function summarizeTransfer(rows) {
  const groups = groupedBy(rows, groupOf);
  const lines = [...groups].map(([group, all]) => {
    const within = (most) => all.filter(({ ranks }) => Object.values(ranks).every((rank) => rank <= most)).length;
    const verdicts = all.flatMap(({ ranks }) => Object.values(ranks));
    const share = (most) => `${Math.round((100 * verdicts.filter((rank) => rank <= most).length) / verdicts.length)} %`;
    return `| ${group} | ${all.length} | ${within(1)} | ${within(5)} | ${share(1)} | ${share(5)} |`;
  });
  return [
    "| made on | recipe | classes | pictures | first in all judges | among the first five in all | verdicts: first | among five |",
    "| --- | --- | --- | ---: | ---: | ---: | ---: | ---: |",
    ...lines,
  ].join("\n");
}

const groupOf = ({ maker, recipe, isHeldOut }) => `${maker} | \`${recipe}\` | ${isHeldOut ? "held out" : "known"}`;

function groupedBy(rows, keyOf) {
  const groups = new Map();
  for (const row of rows) groups.set(keyOf(row), [...(groups.get(keyOf(row)) ?? []), row]);
  return groups;
}
