// utf8: the validation of text (RFC 6455 §8.1) by itself.

import { isUtf8 } from 'node:buffer';
import { load, loadOurs } from '../contenders/load.ts';
import { type Contender, measure } from '../harness.ts';
import { copy, payloadOf } from '../payloads.ts';
import { evaluate } from '../report.ts';
import { isWanted, type Plan, type Suite } from './suite.ts';

const RUN_BYTES = 1 << 18;

type Validate = (text: Buffer) => boolean;

async function findValidators(): Promise<Record<string, Validate>> {
  const [wasm, js] = [await loadOurs(), await loadOurs('js')];
  const addon = load('utf-8-validate') as Validate | undefined;
  return {
    wsimd: (text) => wasm.isValidUTF8(text),
    'wsimd-js': (text) => js.isValidUTF8(text),
    ...(addon && { 'utf-8-validate': addon }),
    'node-core': isUtf8,
  };
}

function assertRight(name: string, validate: Validate, text: Buffer): void {
  const broken = copy(text);
  broken[broken.length - 1] = 0xff;
  if (!validate(text) || validate(broken)) throw new Error(`${name} validates wrongly`);
}

export const utf8: Suite = {
  what: 'the validation of text by itself',
  steps: ({ sizes, cases }) => sizes.length * cases.filter((kind) => kind !== 'binary').length,
  async *run(plan: Plan) {
    const all = Object.entries(await findValidators()).filter(([name]) => isWanted(plan, name));
    for (const kind of plan.cases.filter((one) => one !== 'binary')) {
      for (const bytes of plan.sizes) {
        const times = Math.max(1, Math.min(1000, Math.floor(RUN_BYTES / bytes)));
        const text = copy(payloadOf(kind, bytes));
        const contenders = all.map(([name, validate]): Contender => {
          assertRight(name, validate, text);
          return {
            name,
            run() {
              let valid = 0;
              for (let i = 0; i < times; i++) valid += validate(text) ? 1 : 0;
              if (valid !== times) throw new Error(`${name} changed its mind`);
            },
          };
        });
        const taken = await measure(contenders, times, plan);
        const subject = { suite: 'utf8', case: kind, role: '', bytes, chunks: '' } as const;
        yield evaluate(subject, 'ns/text', taken);
      }
    }
  },
};
