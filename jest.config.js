// The threads of a ledger that a test opens compile the same files again and again: as in receivers/cli/run.js.
process.env.NODE_COMPILE_CACHE ??= `${import.meta.dirname}/node_modules/.cache/compiled`;

export default {
  extensionsToTreatAsEsm: ['.ts'],
  transform: {},
  testEnvironment: 'node',
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  setupFilesAfterEnv: ['<rootDir>/test/fixtures/restore-http.ts'],
  testTimeout: 30_000,
  modulePathIgnorePatterns: ['<rootDir>/zapier-app/(dist|build)/'],
  // One more than two cores: some tests wait for time-outs.
  maxWorkers: 3,
};
