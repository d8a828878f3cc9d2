interface Waiting<Input, Output> {
  input: Input;
  resolve(output: Output): void;
  reject(error: unknown): void;
}

export interface GatherSettings<Input, Output> {
  /** Runs a batch; gives an output for each input, in order. */
  run(batch: Input[]): Promise<Output[]>;
  /** At most this many go together. */
  largest: number;
  /** After these errors, each call of the batch runs once more by itself: one must not fail the others. */
  divides?(error: unknown): boolean;
}

/**
 * Calls that share a statement: one batch is in progress at a time, and calls made meanwhile gather and go with the
 * next.
 */
export class Gather<Input, Output> {
  readonly #settings: GatherSettings<Input, Output>;
  #gathered: Waiting<Input, Output>[] = [];
  #underWay = false;

  constructor(settings: GatherSettings<Input, Output>) {
    this.#settings = settings;
  }

  call(input: Input): Promise<Output> {
    return new Promise((resolve, reject) => {
      this.#gathered.push({ input, resolve, reject });
      if (!this.#underWay) {
        this.#underWay = true;
        setImmediate(() => this.#work());
      }
    });
  }

  async #work(): Promise<void> {
    while (this.#gathered.length > 0) {
      await this.#run(this.#gathered.splice(0, this.#settings.largest));
    }
    this.#underWay = false;
  }

  async #run(batch: Waiting<Input, Output>[]): Promise<void> {
    try {
      const outputs = await this.#settings.run(batch.map(({ input }) => input));
      batch.forEach(({ resolve }, index) => {
        resolve(outputs[index] as Output);
      });
    } catch (error) {
      if (batch.length > 1 && this.#settings.divides?.(error)) {
        for (const each of batch) {
          await this.#run([each]);
        }
      } else {
        for (const { reject } of batch) {
          reject(error);
        }
      }
    }
  }
}
