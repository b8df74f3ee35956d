import { figure } from '../../ui/format.ts';

/** A number of bytes as people say it: 830 B, 41 kB, 2,4 MB, 1,3 GB. */
export function fileSize(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let at = 0;
  let value = bytes;
  while (value >= 1000 && at < units.length - 1) {
    value /= 1000;
    at++;
  }
  return `${figure(value, at > 1 && value < 100 ? 1 : 0)} ${units[at]}`;
}
