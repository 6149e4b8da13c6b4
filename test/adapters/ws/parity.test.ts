// ws's behaviour is the contract: every scenario, with the codec at either end and at both, says what it
// says with ws alone.

import { describe, expect, it } from 'vitest';
import { Connection, type Libraries } from './support/connection.ts';
import { accelerated, stock, VERSIONS, versionOf } from './support/libraries.ts';
import { SCENARIOS } from './support/scenarios.ts';

async function play(name: string, libraries: Libraries): Promise<unknown> {
  const connection = new Connection(libraries);
  try {
    return structuredClone(await SCENARIOS[name](connection));
  } finally {
    await connection.dispose();
  }
}

describe.each(VERSIONS)('%s', (version) => {
  const theirs = stock(version);
  const ours = accelerated(version);

  describe.each(Object.keys(SCENARIOS))(`${versionOf(version)}: %s`, (name) => {
    it('is as with ws at both ends', async () => {
      const expected = await play(name, { server: theirs, client: theirs });
      expect(await play(name, { server: ours, client: theirs }), 'server').toEqual(expected);
      expect(await play(name, { server: theirs, client: ours }), 'client').toEqual(expected);
      expect(await play(name, { server: ours, client: ours }), 'both').toEqual(expected);
    });
  });
});

describe('over TLS', () => {
  const theirs = stock('ws');
  const ours = accelerated('ws');

  // TLS encrypts later: what terminate leaves of it is chance with ws, too.
  const names = Object.keys(SCENARIOS).filter((name) => !name.includes('terminate'));

  it.each(names)('%s', async (name) => {
    const expected = await play(name, { server: theirs, client: theirs, secure: true });
    expect(await play(name, { server: ours, client: ours, secure: true })).toEqual(expected);
  });
});
