// Takes away what Node has and the web has not, before anything of the codec is loaded: with no Buffer and
// no native isUtf8 the codec takes the roads it takes in a browser.

Object.defineProperty(process, 'getBuiltinModule', { value: undefined });
