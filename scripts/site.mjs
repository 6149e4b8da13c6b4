// `npm run site` serves the page, `npm run site:build` writes it to site/dist.

import { ensure, root, run } from './ensure.mjs';

ensure();
const vite = `${root}/node_modules/vite/bin/vite.js`;
run(process.execPath, [vite, ...process.argv.slice(2), '--config', 'site/vite.config.ts']);
