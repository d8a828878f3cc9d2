import type * as globals from '@jest/globals';

const { test: sequential, ...others } = globalThis as unknown as typeof globals;

/** Tests that may run beside each other run one after the other here. */
const concurrent = Object.assign(
  sequential.bind(null),
  sequential,
) as unknown as typeof sequential.concurrent;

export const test = Object.assign(sequential, { concurrent });
export const { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest } = others;
