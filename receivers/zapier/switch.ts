import type { ZapierKeys } from './keys.ts';

/** How often to check for another process's first key, milliseconds. Setting up a Zap with it takes longer. */
const LOOK_EVERY_MS = 10_000;

/** Whether Zapier is on: there is a key in the settings, or a person made one. */
export class ZapierSwitch {
  readonly #hasSettingsKey: boolean;
  readonly #keys: Pick<ZapierKeys, 'all'>;
  readonly #timer: NodeJS.Timeout | undefined;
  #isOn: boolean;

  private constructor(hasSettingsKey: boolean, keys: Pick<ZapierKeys, 'all'>) {
    this.#hasSettingsKey = hasSettingsKey;
    this.#keys = keys;
    this.#isOn = hasSettingsKey;
    if (!hasSettingsKey) {
      // A storage that fails now is asked again; the last answer counts until then.
      this.#timer = setInterval(() => void this.look().catch(() => {}), LOOK_EVERY_MS).unref();
    }
  }

  static async open(hasSettingsKey: boolean, keys: Pick<ZapierKeys, 'all'>): Promise<ZapierSwitch> {
    const made = new ZapierSwitch(hasSettingsKey, keys);
    await made.look();
    return made;
  }

  /** As of the last look. */
  get isOn(): boolean {
    return this.#isOn;
  }

  /** There is a key: someone used it. */
  turnOn(): void {
    this.#isOn = true;
  }

  async look(): Promise<boolean> {
    this.#isOn = this.#hasSettingsKey || (await this.#keys.all()).length > 0;
    return this.#isOn;
  }

  close(): void {
    clearInterval(this.#timer);
  }
}
