// Reads the feed, checks that nothing is missing, and prints its state once a second.

import { run } from '../support/process.js';
import { readSettings, SettingError } from '../support/settings.js';
import { safe } from '../support/terminal.js';
import { DEAD_AFTER, delayOf } from './page/backoff.js';
import { Book } from './page/book.js';
import { READERS } from './readers.js';

/** With --slow: milliseconds of reading per second. */
const READS_FOR = 20;

/** Keeps a book up to date and reconnects whenever the connection ends. */
function follow(url, open, book) {
  // The reason comes from the server, so it is escaped.
  const log = (line) => console.error(safe(line));
  let attempt = 0;
  const follower = { connection: undefined };
  const connect = () => {
    const watch = watchOver(book, () => {
      log(`${url}: no data for ${DEAD_AFTER / 1000} s`);
      follower.connection.close();
    });
    follower.connection = open(url, {
      text(message) {
        book.receive(message);
        if (book.mode === 'joining') {
          attempt = 0;
        } else if (book.mode === 'lagging') {
          log(`too slow: after tick ${book.last} the server sends only the latest ticks`);
        } else log(`receiving every tick from ${book.last + 1}`);
      },
      tick: (bytes, start) => book.tick(bytes, start),
      ended(why) {
        clearInterval(watch);
        const delay = delayOf(++attempt);
        log(`${url}: ${why}; reconnecting in ${delay} ms`);
        setTimeout(connect, delay);
      },
    });
  };
  connect();
  return follower;
}

/** Calls `dead` if the book receives nothing for DEAD_AFTER ms. */
function watchOver(book, dead) {
  let before = book.received;
  return setInterval(() => {
    if (book.received === before) dead();
    before = book.received;
  }, DEAD_AFTER);
}

function readSlowly(follower) {
  setInterval(() => {
    follower.connection.resume();
    setTimeout(() => follower.connection.pause(), READS_FOR);
  }, 1000);
}

function reportEverySecond(book, isJson) {
  let before = 0;
  setInterval(() => {
    const { received, mode, lost, outOfOrder, skipped, age, last } = book;
    const rate = received - before;
    before = received;
    if (isJson) {
      const prices = [...book.prices];
      const report = { received, mode, lost, outOfOrder, skipped, last, prices };
      console.log(JSON.stringify({ ...report, cpu: process.cpuUsage() }));
      return;
    }
    const state = `${rate.toLocaleString('en')} ticks/s, ${mode}, ${age} ms old`;
    console.log(`${state}; lost ${lost}, out of order ${outOfOrder}, skipped ${skipped}`);
  }, 1000);
}

run(() => {
  const settings = readSettings({
    url: { fallback: 'ws://localhost:8405/feed' },
    reader: { fallback: 'decoder-borrowed', of: Object.keys(READERS) },
    seconds: { fallback: 0, least: 0, most: 86_400 },
    slow: { fallback: false },
    json: { fallback: false },
  });
  if (!URL.canParse(settings.url) || !settings.url.startsWith('ws://')) {
    throw new SettingError(
      `--url must be an address like ws://localhost:8405/feed, got "${settings.url}"`,
    );
  }
  const book = new Book();
  const follower = follow(settings.url, READERS[settings.reader], book);
  if (settings.slow) readSlowly(follower);
  reportEverySecond(book, settings.json);
  if (settings.seconds > 0) setTimeout(() => process.exit(), settings.seconds * 1000);
});
