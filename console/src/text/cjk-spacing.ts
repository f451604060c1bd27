/** A blank between figures and Chinese, as all texts of the console have it and what `Intl` writes has not ("8分钟"). Pure. */
export function spacedCjk(text: string): string {
  return text.replace(/([\d%])(?=\p{Script=Han})/gu, '$1 ').replace(/(\p{Script=Han})(?=[\d+-])/gu, '$1 ');
}
