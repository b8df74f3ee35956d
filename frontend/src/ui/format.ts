import { preferences } from './preferences.svelte.ts';
import { t } from './i18n.svelte.ts';
import { city } from '../data/city.svelte.ts';

/*
 * All figures and times on screen go through here: Indonesian forms ("08.00",
 * "1,12", "3 jam lalu") and always the city's time zone, never the device's.
 */

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
const cache = new Map<string, unknown>();

function cached<T>(key: string, make: () => T): T {
  let made = cache.get(key) as T | undefined;
  if (made === undefined) {
    made = make();
    cache.set(key, made);
  }
  return made;
}

const locale = () => (preferences.current.language === 'en' ? 'en-GB' : 'id-ID');

function dates(options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const timeZone = city.timeZone;
  return cached(
    `d${locale()}${timeZone}${JSON.stringify(options)}`,
    () => new Intl.DateTimeFormat(locale(), { timeZone, ...options }),
  );
}

export type Moment = string | number | Date;
const ms = (at: Moment) => (typeof at === 'number' ? at : new Date(at).getTime());

/** A figure with a fixed number of decimals: 1,12. */
export function figure(value: number, decimals = 0): string {
  return cached(
    `n${locale()}${decimals}`,
    () =>
      new Intl.NumberFormat(locale(), { minimumFractionDigits: decimals, maximumFractionDigits: decimals }),
  ).format(value);
}

/** A signed figure: +0,18 or −3; the sign is a real minus. */
export function signed(value: number, decimals = 0): string {
  const text = figure(Math.abs(value), decimals);
  const zero = Number(Math.abs(value).toFixed(decimals)) === 0;
  return zero ? text : value > 0 ? `+${text}` : `−${text}`;
}

/** The calendar day in the city, as the number of days since 1 January 1970. */
export function dayNumber(at: number): number {
  const parts = dates({ year: 'numeric', month: 'numeric', day: 'numeric' }).formatToParts(at);
  const part = (type: string) => Number(parts.find((p) => p.type === type)?.value);
  return Date.UTC(part('year'), part('month') - 1, part('day')) / day;
}

/** The calendar month in the city so many months from a moment, as "2026-06". */
export function cityMonth(at: number, shift = 0): string {
  const parts = dates({ year: 'numeric', month: 'numeric' }).formatToParts(at);
  const part = (type: string) => Number(parts.find((p) => p.type === type)?.value);
  return new Date(Date.UTC(part('year'), part('month') - 1 + shift, 1)).toISOString().slice(0, 7);
}

/** 07.15 */
export const clockTime = (at: Moment) => dates({ hour: '2-digit', minute: '2-digit' }).format(ms(at));
/** Kamis, 18 Juni 2026 */
export const longDate = (at: Moment) =>
  dates({ weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' }).format(ms(at));
/** 18 Jun */
export const shortDate = (at: Moment) => dates({ day: 'numeric', month: 'short' }).format(ms(at));
/** Juni 2026 */
export const monthName = (at: Moment) => dates({ month: 'long', year: 'numeric' }).format(ms(at));
/** 18 Jun 2026 */
export const dayDate = (at: Moment) =>
  dates({ day: 'numeric', month: 'short', year: 'numeric' }).format(ms(at));
/** Kamis, 18 Juni 2026 20.00 WITA */
export const fullMoment = (at: Moment) => `${longDate(at)} ${clockTime(at)} ${city.zoneLabel}`;
const yearOf = (at: number) => new Date(dayNumber(at) * day).getUTCFullYear();
/** 18 Jun, or 4 Des 2017 when it is not this year's. */
const dated = (at: Moment, now: number) => (yearOf(ms(at)) === yearOf(now) ? shortDate(at) : dayDate(at));
/** Time when it is today, else the day and the time. */
export function moment(at: Moment, now: number): string {
  const days = dayNumber(now) - dayNumber(ms(at));
  if (days === 0) return clockTime(at);
  if (days === 1) return t('time.yesterday_at', { time: clockTime(at) });
  return `${dated(at, now)} ${clockTime(at)}`;
}
/** 07.15, kemarin, or 18 Jun: the shortest form a list column holds. */
export function brief(at: Moment, now: number): string {
  const days = dayNumber(now) - dayNumber(ms(at));
  return days === 0 ? clockTime(at) : days === 1 ? t('time.yesterday') : dated(at, now);
}
/** per 21.10 kemarin */
export function asOf(at: Moment, now: number): string {
  const days = dayNumber(now) - dayNumber(ms(at));
  if (days === 0) return t('time.as_of', { time: clockTime(at) });
  if (days === 1) return t('time.as_of_yesterday', { time: clockTime(at) });
  return t('time.as_of', { time: `${dated(at, now)} ${clockTime(at)}` });
}
/** 3 jam lalu */
export function ago(at: Moment, now: number): string {
  const age = now - ms(at);
  if (age < minute) return t('time.just_now');
  if (age < hour) return t('time.minutes_ago', { n: Math.floor(age / minute) });
  if (age < day) return t('time.hours_ago', { n: Math.floor(age / hour) });
  return t('time.days_ago', { n: figure(Math.floor(age / day)) });
}
/** 12 menit, 3 jam, 2 hari: how long something takes or lasts. */
export function duration(milliseconds: number): string {
  if (milliseconds < minute) return t('time.seconds', { n: Math.max(1, Math.round(milliseconds / 1000)) });
  if (milliseconds < hour) return t('time.minutes', { n: Math.round(milliseconds / minute) });
  if (milliseconds < 2 * day) return t('time.hours', { n: figure(Math.round(milliseconds / hour)) });
  return t('time.days', { n: figure(Math.round(milliseconds / day)) });
}
/** The hour in the city, 0 to 24, minutes as a fraction. */
export function hourOfDay(at: Moment): number {
  const parts = dates({ hour: 'numeric', minute: 'numeric', hourCycle: 'h23' }).formatToParts(ms(at));
  const part = (type: string) => Number(parts.find((p) => p.type === type)?.value);
  return part('hour') + part('minute') / 60;
}
/** Midnight in the city before the given time. */
export function dayStart(at: number): number {
  const parts = dates({
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
    hourCycle: 'h23',
  }).formatToParts(at);
  const part = (type: string) => Number(parts.find((p) => p.type === type)?.value);
  return Math.floor(at / 1000) * 1000 - ((part('hour') * 60 + part('minute')) * 60 + part('second')) * 1000;
}
