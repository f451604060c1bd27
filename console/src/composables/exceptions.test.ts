/** All exceptions, however many pages the server makes of them. */

import { afterEach, expect, test, vi } from 'vitest';
import { everyException } from './exceptions.js';

afterEach(() => vi.unstubAllGlobals());

test('reads page after page until there is none', async () => {
  const asked: string[] = [];
  const pages = [
    { items: [{ id: 'exc-1' }, { id: 'exc-2' }], next: 'after-2' },
    { items: [{ id: 'exc-3' }], next: null },
  ];
  vi.stubGlobal('fetch', (address: string) => {
    const page = pages[asked.length];
    asked.push(address);
    return Promise.resolve(new Response(JSON.stringify(page), { status: 200 }));
  });
  expect((await everyException('hash')).map(({ id }) => id)).toEqual(['exc-1', 'exc-2', 'exc-3']);
  expect(asked).toEqual([
    '/api/v1/exceptions?scope=hash&limit=1000',
    '/api/v1/exceptions?scope=hash&limit=1000&cursor=after-2',
  ]);
});
