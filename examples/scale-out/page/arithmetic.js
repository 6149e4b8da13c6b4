// What so many connections need, step by step: each with how it is reckoned.

const KIB = 1024;
const GIB = KIB ** 3;
/** Of headers of IP, TCP and the frame around a message. */
const OVERHEAD = 60;
/** What Redis holds: messages of a room, seconds a number is known, bytes of a key for it. */
const KEEP = 1000;
const REMEMBER_S = 3600;
const OF_A_NUMBER = 120;

const show = (value) => value.toLocaleString('en', { maximumFractionDigits: value < 100 ? 1 : 0 });

/** Rows of `{ id, what, how, value, unit }`. */
export function reckon(given) {
  const rows = [];
  const row = (id, what, value, unit, strings, ...numbers) => {
    const how = String.raw({ raw: strings }, ...numbers.map(show));
    rows.push({ id, what, how, result: `${show(value)}${unit}`, value });
    return value;
  };
  /** `step(id, what, unit, value)` is a tag for how it was reckoned. */
  const step =
    (id, what, unit, value) =>
    (strings, ...numbers) =>
      row(id, what, value, unit, strings, ...numbers);

  const { connections, roomSize, perHour, bytes, beat, cpu, memory } = given;
  const { kernel, perProcess, cores, ram, gigabits, kept, passed } = given;
  const share = given.load / 100;

  const said = (connections * perHour) / 3600;
  step('said', 'Messages said', '/s', said)`${connections} × ${perHour} ÷ 3,600 s`;
  const delivered = said * roomSize;
  step('delivered', 'Messages delivered', '/s', delivered)`${said} × ${roomSize} people`;
  const beats = connections / beat;
  step('beats', 'Heartbeats', '/s', beats)`${connections} ÷ ${beat} s`;
  const busy = ((delivered + beats) * cpu) / 1e6;
  step('busy', 'Cores kept busy', '', busy)`(${delivered} + ${beats}) × ${cpu} µs`;
  const processes = Math.ceil(Math.max(busy / share, connections / perProcess));
  step('processes', 'Processes, one a core', '', processes)`the more of ${busy} ÷ ${
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
  step('machines', 'Machines', '', machines)`the most of ${processes} ÷ ${cores} cores, ${gib} ÷ ${
    ram / 2
  } GiB (half of it), ${bits} ÷ ${gigabits / 2} Gbit/s (half of it)`;

  const reached = processes * (1 - (1 - 1 / processes) ** roomSize);
  step('reached', 'Processes with somebody of a room', '', reached)`${processes} × (1 − (1 − 1 ÷ ${
    processes
  }) ^ ${roomSize})`;
  const out = said * reached;
  step('out', 'Messages Redis passes on', '/s', out)`${said} × ${reached}`;
  const shards = Math.max(Math.ceil(said / kept), Math.ceil(out / passed));
  step('shards', 'Redis shards', '', shards)`the more of ${said} ÷ ${kept} and ${out} ÷ ${passed}`;
  const rooms = connections / roomSize;
  const stored = (rooms * KEEP * bytes + said * REMEMBER_S * OF_A_NUMBER) / GIB;
  step('stored', 'Memory of Redis, all shards', ' GiB', stored)`${rooms} rooms × ${KEEP} × ${
    bytes
  } B + ${said} × ${REMEMBER_S} s × ${OF_A_NUMBER} B`;
  return rows;
}
