/** Who is signed in, and what they may do. */

import { defineStore } from 'pinia';
import { computed, ref } from 'vue';
import type { Role, Session } from '../../../src/contract/index.js';
import { deleteSignIn, getSession, postSetup, postSignIn } from '../api/calls.js';
import { onSignedOut, ProblemError, setCsrf } from '../api/http.js';

const RANK: Readonly<Record<Role, number>> = { viewer: 0, analyst: 1, administrator: 2 };

export const useSession = defineStore('session', () => {
  const session = ref<Session>();
  /** Signed in once, and no more: the page stays, a dialog asks for the password. */
  const expired = ref(false);
  let asked: Promise<void> | undefined;

  const take = (value: Session): void => {
    session.value = value;
    expired.value = false;
    setCsrf(value.csrf);
  };
  onSignedOut(() => {
    if (session.value) expired.value = true;
  });

  /** Asks the server once; later calls wait for the same answer. Errors other than "nobody" go to the caller. */
  const load = (): Promise<void> => {
    asked ??= getSession().then(take, (error: unknown) => {
      asked = undefined;
      if (!(error instanceof ProblemError && error.problem.status === 401)) throw error;
    });
    return asked;
  };

  const may = (role: Role): boolean => session.value !== undefined && RANK[session.value.role] >= RANK[role];

  return {
    session,
    expired,
    name: computed(() => session.value?.name ?? ''),
    may,
    load,
    signIn: async (name: string, password: string): Promise<void> => take(await postSignIn({ name, password })),
    setUp: async (token: string, name: string, password: string): Promise<void> =>
      take(await postSetup({ token, name, password })),
    signOut: async (): Promise<void> => {
      try {
        await deleteSignIn();
      } catch (error) {
        // Nobody is signed in: that is what was asked for.
        if (!(error instanceof ProblemError && error.problem.status === 401)) throw error;
      }
      session.value = undefined;
      expired.value = false;
      asked = undefined;
      setCsrf('');
    },
  };
});
