import type { Browser } from 'playwright-core';
import type { Program } from '../real.ts';

/* What all walks share: one program with the simulated city, one browser without WebGL. */
export interface World {
  program: Program;
  browser: Browser;
}
