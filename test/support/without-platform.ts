// Hides node:buffer before the codec is loaded: with no Buffer and no native isUtf8 it runs as in a browser.

const { getBuiltinModule } = process;

Object.defineProperty(process, 'getBuiltinModule', {
  value: (name: string) => (name === 'node:buffer' ? undefined : getBuiltinModule(name)),
});
