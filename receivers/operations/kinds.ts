/** The kinds of destinations that people can connect, as a list in a sentence. */
export { kindTitles } from '../destinations/index.ts';
