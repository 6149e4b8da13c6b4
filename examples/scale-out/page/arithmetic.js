// Computes what a number of connections needs, step by step, each with its formula.

const KIB = 1024;
const GIB = KIB ** 3;
/** Bytes of IP, TCP and frame headers per message. */
const OVERHEAD = 60;
/** In Redis: messages stored per room, seconds a message number is stored, bytes of its key. */
const KEEP = 1000;
const REMEMBER_S = 3600;
const NUMBER_BYTES = 120;

const show = (value) => value.toLocaleString('en', { maximumFractionDigits: value < 100 ? 1 : 0 });

/** Returns rows of `{ id, what, how, result, value }`. */
export function calculate(given) {
  const rows = [];
  const row = (id, what, value, unit, strings, ...numbers) => {
    const how = String.raw({ raw: strings }, ...numbers.map(show));
    rows.push({ id, what, how, result: `${show(value)}${unit}`, value });
    return value;
  };
  /** `step(id, what, unit, value)` is a template tag for the formula. */
  const step =
    (id, what, unit, value) =>
    (strings, ...numbers) =>
      row(id, what, value, unit, strings, ...numbers);

  const { connections, roomSize, perHour, bytes, beat, cpu, memory } = given;
  const { kernel, perProcess, cores, ram, gigabits, kept, passed } = given;
  const share = given.load / 100;

  const sent = (connections * perHour) / 3600;
  step('sent', 'Messages sent', '/s', sent)`${connections} × ${perHour} ÷ 3,600 s`;
  const delivered = sent * roomSize;
  step('delivered', 'Messages delivered', '/s', delivered)`${sent} × ${roomSize} people`;
  const beats = connections / beat;
  step('beats', 'Heartbeats', '/s', beats)`${connections} ÷ ${beat} s`;
  const busy = ((delivered + beats) * cpu) / 1e6;
  step('busy', 'Cores used', '', busy)`(${delivered} + ${beats}) × ${cpu} µs`;
  const processes = Math.ceil(Math.max(busy / share, connections / perProcess));
  step('processes', 'Processes, one per core', '', processes)`max of ${busy} ÷ ${
    given.load
  } % and ${connections} ÷ ${perProcess}`;

  const gib = (connections * (memory + kernel) * KIB) / GIB;
  step('memory', 'Memory', ' GiB', gib)`${connections} × (${memory} + ${kernel} KiB)`;
  const bits = ((delivered * (bytes + OVERHEAD) + beats * OVERHEAD * 2) * 8) / 1e9;
  step(
    'network',
    'Network',
    ' Gbit/s',
    bits,
  )`${delivered} × (${bytes} + ${OVERHEAD} B) + heartbeats`;
  const machines = Math.max(
    Math.ceil(processes / cores),
    Math.ceil(gib / (ram / 2)),
    Math.ceil(bits / (gigabits / 2)),
  );
  step('machines', 'Machines', '', machines)`max of ${processes} ÷ ${cores} cores, ${gib} ÷ ${
    ram / 2
  } GiB (half of it), ${bits} ÷ ${gigabits / 2} Gbit/s (half of it)`;

  const reached = processes * (1 - (1 - 1 / processes) ** roomSize);
  step(
    'reached',
    'Processes with users of a given room',
    '',
    reached,
  )`${processes} × (1 − (1 − 1 ÷ ${processes}) ^ ${roomSize})`;
  const out = sent * reached;
  step('out', 'Messages Redis delivers', '/s', out)`${sent} × ${reached}`;
  const shards = Math.max(Math.ceil(sent / kept), Math.ceil(out / passed));
  step('shards', 'Redis shards', '', shards)`max of ${sent} ÷ ${kept} and ${out} ÷ ${passed}`;
  const rooms = connections / roomSize;
  const stored = (rooms * KEEP * bytes + sent * REMEMBER_S * NUMBER_BYTES) / GIB;
  step('stored', 'Redis memory, all shards', ' GiB', stored)`${rooms} rooms × ${KEEP} × ${
    bytes
  } B + ${sent} × ${REMEMBER_S} s × ${NUMBER_BYTES} B`;
  return rows;
}
