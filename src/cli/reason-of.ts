/** Why the system did not let a file or folder be used, in the middle of a sentence for whoever started the program. */

export function reasonOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'EACCES' || code === 'EPERM') return 'permission denied';
  if (code === 'EROFS') return 'the file system is read-only';
  if (code === 'EISDIR') return 'it is a folder, not a file';
  if (code === 'ENOTDIR' || code === 'EEXIST') return 'it is not a folder';
  if (code === 'ENOENT') return 'there is no such file or folder';
  return error instanceof Error ? error.message : String(error);
}
