// `npm start`: installs and builds what is missing, then serves. Arguments after `--` go to `chainsight serve`.
import { setUp } from './set-up.js';

setUp();
const { build } = await import('./build.js');
await build({ console: true });
process.argv.splice(2, 0, 'serve');
await import('../bin/chainsight.js');
