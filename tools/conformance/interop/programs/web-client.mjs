// `bun run`, `deno run` and `node web-client.mjs URL [undici]`.

import { talk } from './web-talk.mjs';

const [url, library] = globalThis.Deno ? Deno.args : process.argv.slice(2);
const WebSocket = library ? (await import(library)).WebSocket : globalThis.WebSocket;
console.log(JSON.stringify(await talk(WebSocket, url)));
