/** Adapter: the files and folders that a person names, as inputs that hand their events to a sink. */

export { decodeFile } from './decode-file.js';
export { DEFAULT_ARCHIVE_LIMITS, type ArchiveLimits } from './expansion-limit.js';
export { findInputs, type FoundInputs } from './find-inputs.js';
export type { FileInput, FileNote, InputOptions } from './input.js';
