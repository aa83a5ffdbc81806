import {defineConfig} from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.{ts,tsx}'],
    globalSetup: ['test/support/temporary-folder.ts', 'test/kafka/global-setup.ts'],
    // Two cores and one Kafka: more workers than that only make tests time each other out.
    maxWorkers: 2,
    testTimeout: 60_000,
    // What is polled for is waited for, however busy the machine is.
    expect: {poll: {timeout: 30_000}},
    hookTimeout: 120_000,
  },
});
