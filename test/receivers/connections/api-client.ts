/** Calls the API about connections of a receiver. */
export class ConnectionsClient {
  readonly #url: string;
  readonly #token: string;

  constructor(url: string, token: string) {
    this.#url = url;
    this.#token = token;
  }

  // biome-ignore lint/suspicious/noExplicitAny: each test says what it expects of the answer
  async get<Answer = any>(path: string): Promise<Answer> {
    const response = await fetch(`${this.#url}/console/api${path}`, { headers: this.#headers() });
    return (await response.json()) as Answer;
  }

  // biome-ignore lint/suspicious/noExplicitAny: each test says what it expects of the answer
  async post<Answer = any>(path: string, body: unknown): Promise<{ status: number; answer: Answer }> {
    const response = await fetch(`${this.#url}/console/api${path}`, {
      method: 'POST',
      headers: { ...this.#headers(), 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    return { status: response.status, answer: (await response.json()) as Answer };
  }

  save(draft: Record<string, unknown>) {
    return this.post('/connections/save', draft);
  }

  #headers(): Record<string, string> {
    return { authorization: `Bearer ${this.#token}` };
  }
}
