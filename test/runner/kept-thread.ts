import { registerHooks } from 'node:module';
import { type MessagePort, parentPort } from 'node:worker_threads';

/** A program to run, and what it gets from `node:worker_threads`. */
interface Job {
  program: string;
  port: MessagePort;
  workerData: unknown;
}

const jobs: Job[] = [];
Object.assign(globalThis, { jobs });

/** The number of the job that a module is loaded for. */
const JOB = /[?]job=(\d+)$/;

registerHooks({
  resolve(specifier, context, nextResolve) {
    const [, job] = JOB.exec(context.parentURL ?? '') ?? [];
    return specifier === 'node:worker_threads' && job !== undefined
      ? { url: `job:${job}`, shortCircuit: true }
      : nextResolve(specifier, context);
  },
  load(url, context, nextLoad) {
    if (!url.startsWith('job:')) {
      return nextLoad(url, context);
    }
    const source = `export const { port: parentPort, workerData } = jobs[${url.slice('job:'.length)}];`;
    return { format: 'module', source, shortCircuit: true };
  },
});

// Runs one program after the other, each until it closes its port.
parentPort?.on('message', (job: Job) => {
  const number = jobs.push(job) - 1;
  job.port.once('close', () => parentPort?.postMessage('idle'));
  void import(`${job.program}?job=${number}`);
});
