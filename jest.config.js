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
