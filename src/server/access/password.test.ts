import { describe, expect, test } from 'vitest';
import { hashPassword, PasswordsBusyError, verifyPassword } from './password.js';

describe('passwords', () => {
  test('verify, with a salt of their own', async () => {
    const [one, two] = await Promise.all([hashPassword('päss wörd 密码'), hashPassword('päss wörd 密码')]);
    expect(one).not.toBe(two);
    expect(one).toMatch(/^scrypt\$65536\$8\$1\$[\w-]{22}\$[\w-]{43}$/);
    expect(await verifyPassword('päss wörd 密码', one)).toBe(true);
    expect(await verifyPassword('päss wörd 密码'.normalize('NFD'), one)).toBe(true);
    expect(await verifyPassword('pass word', one)).toBe(false);
  });

  test.each([undefined, '', 'scrypt$1', 'argon2id$1$2$3$4$5', 'scrypt$65536$8$1$AAAA$AAAA'])(
    'no for %s',
    async (stored) => {
      expect(await verifyPassword('x', stored)).toBe(false);
    },
  );

  test('refuses a crowd in place of taking all memory', async () => {
    const answers = await Promise.allSettled(Array.from({ length: 60 }, () => verifyPassword('x', undefined)));
    const refused = answers.filter((answer) => answer.status === 'rejected');
    expect(refused.length).toBeGreaterThan(10);
    for (const answer of refused) expect(answer.reason).toBeInstanceOf(PasswordsBusyError);
    expect(await verifyPassword('x', undefined)).toBe(false);
  });
});
