// Hostile peers against live servers: what is held while they are there, what they are answered, what is left when
// they are gone, and whether others are still served. Bounds, not benchmarks: memory is counted with garbage
// collected, and times are only reported.

import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { CONNECTIONS } from './attacks/connections.ts';
import { MESSAGES } from './attacks/messages.ts';
import { type Attack, attempt, type Figures, MiB } from './support/attack.ts';
import { isWriting, type Library, stopAll } from './support/processes.ts';
import { documentOf, table } from './support/report.ts';

const ATTACKS: readonly Attack[] = [...MESSAGES, ...CONNECTIONS];
const figures: Figures[] = [];

/** What may be left of an attack: heap that grew, code that was compiled. */
const LEFT = 6 * MiB;
/** Resident memory may grow by what is held and by so much garbage, or buffers of sockets. */
const GARBAGE = 192 * MiB;
/** Milliseconds that others wait for an echo: bounded, no more is said. */
const PATIENCE = 2000;
/** Milliseconds that the event loop may stand still: one attack must not block it. */
const STANDSTILL = 1000;
/** Milliseconds for which round trips are measured for the document: some hundreds of them. */
const MEASURED = 2000;

afterAll(() => {
  stopAll();
  console.log(table(figures));
  if (!isWriting) return;
  const path = fileURLToPath(new URL('../../docs/hostile.md', import.meta.url));
  writeFileSync(path, documentOf(ATTACKS, figures));
});

function assertBounds(attack: Attack, made: Figures): void {
  const { library } = made;
  const { answer, or = answer, code, messages } = attack.expected(library);
  for (const one of made.answers) expect([answer, or]).toContain(one);
  if (code !== undefined) expect(Object.keys(made.end.codes)).toEqual([code]);
  if (messages !== undefined) expect(made.during.messages).toBeGreaterThanOrEqual(messages);
  expect(made.held).toBeLessThanOrEqual(attack.mayHold(library));
  expect(made.peak).toBeLessThanOrEqual(attack.mayHold(library) + GARBAGE);
  expect(made.after).toBeLessThanOrEqual(attack.mayLeave ?? LEFT);
  // All are gone, but for the probe.
  expect(made.end.open).toBe(1);
  expect(made.attacked.count).toBeGreaterThan(0);
  expect(made.attacked.p99).toBeLessThan(PATIENCE);
  expect(made.delay).toBeLessThan(STANDSTILL);
}

describe.each(['wsimd', 'streams'] as const)('%s', (library: Library) => {
  const attacks = ATTACKS.filter(({ libraries }) => libraries.includes(library));

  it.each(attacks)('$name', async (attack) => {
    const made = await attempt(attack, library, isWriting ? MEASURED : undefined);
    figures.push(made);
    assertBounds(attack, made);
  });
});

// Stock ws's figures stand beside ours in the document; what it does is not asserted.
if (isWriting) {
  describe('ws', () => {
    const attacks = ATTACKS.filter(({ libraries }) => libraries.includes('ws'));

    it.each(attacks)('$name', async (attack) => {
      const made = await attempt(attack, 'ws', MEASURED);
      figures.push(made);
      expect(made.end.open).toBe(1);
    });
  });
}
