// `npm start`: a real ws client talks to a real server on this codec; then, in a minute, what the codec would
// save a server here.

import { ensure, run } from './ensure.mjs';

ensure();
run(process.execPath, ['dist/bench/demo.js']);
const quick = ['--quick', '--bytes', '125,1024,16384', '--case', 'ascii', '--chunks', '65536'];
run(process.execPath, ['dist/bench/cli.js', 'bench', 'receive', 'echo', 'pingpong', ...quick]);
