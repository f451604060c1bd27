/** Calls to a disk that are waited for in place as long as they are quick. */

/** Calls that go to the thread pool before one is tried in place again. */
export const CALLS_UNTIL_RETRY = 200;

/** Makes the call in one of two ways. An error of the first is thrown, one of the second rejects. */
export type Call<Answer> = (inPlace: () => Answer, inPool: () => Promise<Answer>) => Answer | Promise<Answer>;

/** After one that took longer, whether it failed or not, further ones are waited for in the thread pool, so that nothing else waits with them. */
export function inPlaceWhile<Answer>(quickMs: number, nowMs: () => number = () => performance.now()): Call<Answer> {
  let pooled = 0;
  return (inPlace, inPool) => {
    if (pooled > 0) {
      pooled--;
      return inPool();
    }
    const startMs = nowMs();
    try {
      return inPlace();
    } finally {
      if (nowMs() - startMs > quickMs) pooled = CALLS_UNTIL_RETRY;
    }
  };
}
