/** Numbers, times and titles in the chosen language. Times are local, or UTC where the person switched to it; the other one is in the tooltip. */

import { computed, ref } from 'vue';
import { useI18n } from 'vue-i18n';
import type { Titles } from '../../../src/contract/index.js';
import { usePreferences } from '../stores/preferences.js';
import { spacedCjk } from '../text/cjk-spacing.js';

const now = ref(Date.now());
setInterval(() => (now.value = Date.now()), 15_000);

/** This browser's clock, ticking every 15 seconds, for "2 min ago". */
export function useNow(): typeof now {
  return now;
}

const UNITS: readonly (readonly [Intl.RelativeTimeFormatUnit, number])[] = [
  ['year', 31_536_000],
  ['month', 2_592_000],
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
];

const SECOND = ['second', 1] as const;
/** From days on down: nobody counts in months how long a process ran. */
const DURATION_UNITS = [...UNITS.slice(2), SECOND];

export function useFormat() {
  const { locale, t } = useI18n();
  const preferences = usePreferences();

  const whole = computed(() => new Intl.NumberFormat(locale.value, { maximumFractionDigits: 1 }));
  const compact = computed(
    () => new Intl.NumberFormat(locale.value, { notation: 'compact', maximumFractionDigits: 1 }),
  );
  const signed = computed(
    () => new Intl.NumberFormat(locale.value, { maximumFractionDigits: 1, signDisplay: 'exceptZero' }),
  );
  const share = computed(() => new Intl.NumberFormat(locale.value, { style: 'percent', maximumFractionDigits: 0 }));
  const relativeFormat = computed(() => new Intl.RelativeTimeFormat(locale.value, { numeric: 'auto', style: 'short' }));

  const spans = computed(
    () => (unit: string, unitDisplay: 'long' | 'short') =>
      new Intl.NumberFormat(locale.value, { style: 'unit', unit, unitDisplay, maximumFractionDigits: 1 }),
  );

  const formats = computed(() => {
    const zone = preferences.utc ? { timeZone: 'UTC' } : {};
    // English has two orders of day and month: the ISO order, which Swedish writes, is read one way only.
    const unmistakable = locale.value === 'en' ? 'sv-SE' : locale.value;
    const clock = { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' } as const;
    return {
      clock: new Intl.DateTimeFormat(locale.value, { ...clock, ...zone }),
      minute: new Intl.DateTimeFormat(locale.value, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23', ...zone }),
      day: new Intl.DateTimeFormat(locale.value, { month: 'short', day: 'numeric', ...zone }),
      date: new Intl.DateTimeFormat(locale.value, { dateStyle: 'medium', ...zone }),
      full: new Intl.DateTimeFormat(unmistakable, {
        year: 'numeric',
        month: '2-digit',
        day: '2-digit',
        ...clock,
        ...zone,
      }),
    };
  });

  const timeWith =
    (format: keyof typeof formats.value) =>
    (time: string | number | null | undefined): string => {
      if (time === null || time === undefined || time === '') return '–';
      const date = new Date(time);
      return Number.isNaN(date.getTime()) ? '–' : formats.value[format].format(date);
    };

  return {
    number: (value: number): string => whole.value.format(value),
    /** With its sign: how much more or less. */
    signed: (value: number): string => signed.value.format(value),
    compact: (value: number): string => spacedCjk(compact.value.format(value)),
    percent: (value: number): string => share.value.format(value),
    clock: timeWith('clock'),
    minute: timeWith('minute'),
    day: timeWith('day'),
    date: timeWith('date'),
    full: timeWith('full'),
    /** Name of the zone that is shown. */
    zone: (): string => formats.value.full.resolvedOptions().timeZone,
    /** Of the zone that is shown. */
    isSameDay: (one: string | number | null, other: string | number | null): boolean =>
      one !== null &&
      other !== null &&
      formats.value.date.format(new Date(one)) === formats.value.date.format(new Date(other)),
    /** ISO 8601 UTC with milliseconds, as the server keeps it. */
    exact: (time: string | number | null): string => (time === null ? '' : new Date(time).toISOString()),
    relative: (time: string | number): string => {
      const seconds = (new Date(time).getTime() - now.value) / 1000;
      for (const [unit, size] of UNITS) {
        if (Math.abs(seconds) >= size) return spacedCjk(relativeFormat.value.format(Math.trunc(seconds / size), unit));
      }
      return spacedCjk(relativeFormat.value.format(0, 'minute'));
    },
    /** A length of time in the largest unit that fits. */
    span: (seconds: number): string => {
      const [unit, size] = UNITS.find(([, unitSize]) => seconds >= unitSize) ?? SECOND;
      // In Chinese the long form of seconds alone says a word too many.
      const display = locale.value === 'zh-CN' ? 'short' : 'long';
      return spacedCjk(spans.value(unit, display).format(seconds / size));
    },
    /** How long something took, in the two largest units: "8 min 20 sec"; below a minute to a tenth of a second. */
    duration: (seconds: number): string => {
      const short = (value: number, unit: string): string => spans.value(unit, 'short').format(value);
      if (seconds < 59.95) return spacedCjk(short(Math.round(seconds * 10) / 10, 'second'));
      const whole = Math.round(seconds);
      const at = DURATION_UNITS.findIndex(([, size]) => whole >= size);
      const [unit, size] = DURATION_UNITS[at] ?? SECOND;
      const [smaller, smallerSize] = DURATION_UNITS[at + 1] ?? SECOND;
      const rest = Math.floor((whole % size) / smallerSize);
      const parts = [short(Math.floor(whole / size), unit), ...(rest === 0 ? [] : [short(rest, smaller)])];
      return spacedCjk(parts.join(' '));
    },
    /** A message that counts: its plural by the number, the number in digits of the language. */
    counted: (key: string, count: number): string => t(key, { n: whole.value.format(count) }, count),
    title: (titles: Titles): string => (locale.value === 'zh-CN' && titles.zh !== '' ? titles.zh : titles.en),
  };
}
