/** Titles of courses and assessments, for what names them by id alone: pushes, and lists without titles. */

export class Names {
  #api;
  #known = new Map();

  constructor(api) {
    this.#api = api;
  }

  /** A view has seen it. */
  keep(id, title) {
    this.#known.set(id, title);
  }

  /** The title, if it is known without asking. */
  known(id) {
    return this.#known.get(id);
  }

  forget() {
    this.#known.clear();
  }

  /** @returns {Promise<string|undefined>} undefined where it cannot be found out */
  async course(id) {
    return this.#named(id, async () => (await this.#api.get(`/v1/courses/${encodeURIComponent(id)}`)).course.title);
  }

  async assessment(id) {
    const path = `/v1/assessments/${encodeURIComponent(id)}`;
    return this.#named(id, async () => (await this.#api.get(path)).assessment.title);
  }

  async #named(id, ask) {
    if (!this.#known.has(id)) {
      try {
        this.keep(id, await ask());
      } catch {
        // Gone, or no connection: whoever wanted the name does without.
        return undefined;
      }
    }
    return this.#known.get(id);
  }
}
