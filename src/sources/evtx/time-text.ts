/** Points in time as Windows writes them in events: ISO 8601, UTC. */

const TICKS_A_SECOND = 10_000_000;
const SECONDS_A_DAY = 86_400;
/** Days from 1601-01-01, where FILETIME starts, to 0000-03-01, where the reckoning below starts. */
const DAYS_BEFORE_1601 = 584_694;

const pad2: readonly string[] = Array.from({ length: 100 }, (_, value) => String(value).padStart(2, '0'));

/** The last day asked for: events of one file mostly fall on one. */
let dayKept = -1;
let dayText = '';

/**
 * A FILETIME (100 ns ticks since 1601, unsigned 64 bits in two halves) with all of its digits: `2019-05-08T02:10:43.4872170Z`.
 * Whole numbers beyond 2^53 are not exact in JavaScript, so the ticks of the second are taken first, in halves.
 */
export function filetimeText(high: number, low: number): string {
  const ticks = ((high % TICKS_A_SECOND) * (0x1_0000_0000 % TICKS_A_SECOND) + low) % TICKS_A_SECOND;
  const seconds = Math.round((high * 0x1_0000_0000 + low - ticks) / TICKS_A_SECOND);
  const days = Math.floor(seconds / SECONDS_A_DAY);
  const rest = seconds - days * SECONDS_A_DAY;
  const hour = Math.floor(rest / 3600);
  const minute = Math.floor((rest % 3600) / 60);
  return `${dateText(days)}T${pad2[hour]}:${pad2[minute]}:${pad2[rest % 60]}.${String(ticks).padStart(7, '0')}Z`;
}

function dateText(days: number): string {
  if (days !== dayKept) {
    dayText = dateOf(days);
    dayKept = days;
  }
  return dayText;
}

/** Proleptic Gregorian date; years start in March so that the leap day comes last (400 years = 146,097 days). */
function dateOf(daysSince1601: number): string {
  const days = daysSince1601 + DAYS_BEFORE_1601;
  const era = Math.floor(days / 146_097);
  const dayOfEra = days - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const monthFromMarch = Math.floor((5 * dayOfYear + 2) / 153);
  const day = dayOfYear - Math.floor((153 * monthFromMarch + 2) / 5) + 1;
  const month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9;
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
  return `${String(year).padStart(4, '0')}-${pad2[month]}-${pad2[day]}`;
}

/** A SYSTEMTIME: eight 16-bit numbers, year, month, day of week (redundant), day, hour, minute, second, millisecond. Shown as they are. */
export function systemTimeText(view: DataView, offset: number): string {
  const part = (index: number): number => view.getUint16(offset + index * 2, true);
  const two = (index: number): string => String(part(index)).padStart(2, '0');
  const year = String(part(0)).padStart(4, '0');
  return `${year}-${two(1)}-${two(3)}T${two(4)}:${two(5)}:${two(6)}.${String(part(7)).padStart(3, '0')}Z`;
}
