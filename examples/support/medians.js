// Medians of interleaved rounds, and a table of them in which losses are bold.

/** Rounds of every contender in turn, every other round in the other order: what `measure(name)` gave, by name. */
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

/** The median of the rounds' ratios, against the round's own neighbour; below 1 it is a loss. */
export function ratio(ours, theirs) {
  const value = median(ours.map((ourCost, round) => theirs[round] / ourCost));
  return value < 1 ? `**${value.toFixed(2)}**` : value.toFixed(2);
}

/** One row of a Markdown table. */
export function row(...cells) {
  return `| ${cells.join(' | ')} |`;
}
