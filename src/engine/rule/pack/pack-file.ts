/** A file of a pack as it was read, and how much a pack may hold. Whoever reads folders keeps to the same limits before it reads. */

export interface PackFile {
  /** As the person gave it, so that diagnostics can be clicked; `/` between folders. */
  readonly path: string;
  readonly text: string;
}

/** The largest public collection of Sigma rules is a fifth of this. The limits are there so that a file somebody hands in cannot occupy the server. */
export const PACK_LIMITS = {
  files: 20_000,
  /** UTF-16 units of one file. */
  fileLength: 1024 * 1024,
  /** UTF-16 units of all files. */
  totalLength: 32 * 1024 * 1024,
} as const;

export type PackFileKind = 'manifest' | 'rules' | 'cases';

export function packFileKind(path: string): PackFileKind {
  const name = path.slice(path.lastIndexOf('/') + 1);
  if (name === 'pack.yml' || name === 'pack.yaml') return 'manifest';
  return /\.cases\.ya?ml$/.test(name) ? 'cases' : 'rules';
}
