// The server of the hostile peers, whose module traps where a scan has just so many bytes: TRAP, in the environment.

/** (module (func (export "trap") unreachable)) */
const TRAP = new WebAssembly.Module(
  Uint8Array.from([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, 4, 1, 0x60, 0, 0, 3, 2, 1, 0],
    ...[7, 8, 1, 4, 0x74, 0x72, 0x61, 0x70, 0, 0, 10, 5, 1, 3, 0, 0, 0x0b],
  ]),
);
const { Instance } = WebAssembly;
const { trap } = new Instance(TRAP).exports;
const length = Number(process.env.TRAP);

WebAssembly.Instance = class {
  constructor(module, imports) {
    const { exports } = new Instance(module, imports);
    const scan = (...args) => {
      // After the module has written to its memory, not before.
      const count = exports.scan(...args);
      if (args[0] === length) trap();
      return count;
    };
    this.exports = { ...exports, scan };
  }
};

await import('../../../../tools/hostile/programs/server.mjs');
