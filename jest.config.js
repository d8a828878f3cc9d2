// Every ledger that a test opens starts threads that compile the same files. Keep what was compiled.
process.env.NODE_COMPILE_CACHE ??= `${import.meta.dirname}/node_modules/.cache/compiled`;

// What the test files of one run share is named after it (test/fixtures/shared-postgres.ts).
process.env.TEST_RUN ??= String(process.pid);

export default {
  extensionsToTreatAsEsm: ['.ts'],
  transform: {},
  testEnvironment: 'node',
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  // Tests of real processes run in a step of their own: npm run test:processes.
  testPathIgnorePatterns: ['/node_modules/', '[.]process[.]test[.]ts$'],
  // Runs the files of one worker in plain Node.js, where they share the modules that they load: half the time.
  runner: ['jest-light-runner', { runtime: 'child_process' }],
  setupFiles: ['<rootDir>/test/runner/setup.ts'],
  modulePathIgnorePatterns: ['<rootDir>/build/', '<rootDir>/zapier-app/(dist|build)/'],
  // More than two cores, since many tests wait: for a database, a timeout, or another process.
  maxWorkers: 5,
};
