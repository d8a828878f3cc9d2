export default {
  extensionsToTreatAsEsm: ['.ts'],
  transform: {},
  testEnvironment: 'node',
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  setupFilesAfterEnv: ['<rootDir>/test/fixtures/restore-http.ts'],
  testTimeout: 30_000,
  modulePathIgnorePatterns: ['<rootDir>/zapier-app/(dist|build)/'],
  maxWorkers: 2,
};
