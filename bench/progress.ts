// How far it is: a bar with the time left on a terminal, plain lines elsewhere. On standard error, so that
// standard output is the report alone.

import { Presets, SingleBar } from 'cli-progress';

export interface Progress {
  /** A subject of this suite is next. */
  begin(suite: string): void;
  /** It is done. */
  step(): void;
  /** Prints lines without disturbing the bar. */
  print(text: string): void;
  end(): void;
}

export function progressOf(total: number, isQuiet: boolean): Progress {
  const print = (text: string): void => {
    if (!isQuiet) console.log(text);
  };
  return process.stderr.isTTY ? withBar(total, print) : inLines(total, print);
}

function withBar(total: number, print: (text: string) => void): Progress {
  const format = '{bar} {percentage} %  {eta_formatted} left  {suite}';
  const bar = new SingleBar(
    { format, clearOnComplete: true, hideCursor: true },
    Presets.shades_grey,
  );
  let done = 0;
  let suite = '';
  bar.start(total, 0, { suite });
  return {
    begin(name) {
      suite = name;
      bar.update(done, { suite });
    },
    step() {
      bar.update(++done, { suite });
    },
    print(text) {
      bar.stop();
      print(text);
      bar.start(total, done, { suite });
    },
    end: () => bar.stop(),
  };
}

function inLines(total: number, print: (text: string) => void): Progress {
  let done = 0;
  let suite = '';
  return {
    begin(name) {
      if (name !== suite) console.error(`${name} (${done} of ${total} done)`);
      suite = name;
    },
    step() {
      done++;
    },
    print,
    end() {},
  };
}
