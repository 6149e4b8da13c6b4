// tools/conformance/ -> build/conformance/: the runner, and the process of a subject, on the built package.

import bench from '../../rolldown.bench.config.mjs';

export default {
  ...bench,
  input: {
    cli: 'tools/conformance/cli.ts',
    subject: 'tools/conformance/subjects/subject.ts',
  },
  output: { dir: 'build/conformance', format: 'esm', chunkFileNames: 'shared-[name].js' },
};
