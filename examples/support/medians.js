// Interleaved measurement rounds, medians and Markdown tables with losses in bold.

/** Measures all contenders in turn, reversing the order every other round. Returns the results by name. */
export async function interleave(names, rounds, measure) {
  const results = new Map(names.map((name) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    const inOrder = round % 2 === 0 ? names : [...names].reverse();
    for (const name of inOrder) results.get(name).push(await measure(name));
  }
  return results;
}

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** The median of theirs / ours per round. Below 1 is a loss. */
export function ratio(ours, theirs) {
  const value = median(ours.map((ourCost, round) => theirs[round] / ourCost));
  return value < 1 ? `**${value.toFixed(2)}**` : value.toFixed(2);
}

/** One row of a Markdown table. */
export function row(...cells) {
  return `| ${cells.join(' | ')} |`;
}
