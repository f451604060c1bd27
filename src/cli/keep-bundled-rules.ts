/** Run by the build, behind which the first start finds what was made of the bundled rules. Takes the program's folder. */

import { loadPacks } from './pack-files.js';
import { bundledPackPath, setProgramRoot } from './program-root.js';
import { saveBuiltRules } from './rule-cache.js';

setProgramRoot(process.argv[2]!);
saveBuiltRules(loadPacks([bundledPackPath()]).files);
