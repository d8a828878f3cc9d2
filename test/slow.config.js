import config from '../jest.config.js';

/** Tests that take minutes of processor time: kills under load, the package, and the Zapier build. `npm run test:slow` runs them. */
export default {
  ...config,
  rootDir: '..',
  testMatch: [
    '<rootDir>/test/chaos/**/*.test.ts',
    '<rootDir>/test/receivers/deploy/**/*.test.ts',
    '<rootDir>/test/zapier-app/build.test.ts',
  ],
  testPathIgnorePatterns: ['/node_modules/'],
};
