import config from '../jest.config.js';

/**
 * Tests of real processes: receivers that are started, killed and restarted, database servers that end, a browser, the
 * package, and the Zapier build. `npm run test:processes` runs them.
 */
export default {
  ...config,
  rootDir: '..',
  // Jest's own runner runs tests of a file side by side (test.concurrent), which pays where they wait for processes.
  runner: 'jest-runner',
  setupFiles: [],
  // Nothing waits this long by itself: on a busy machine, some twenty processes may start at once.
  testTimeout: 120_000,
  testMatch: ['<rootDir>/test/**/*.process.test.ts'],
  testPathIgnorePatterns: ['/node_modules/'],
  // Each of these has processes of its own, such as a browser.
  maxWorkers: 3,
};
