// Geometry and coverage documents, from the server or, in a single file, from the page itself.

export class LoadError extends Error {
  constructor(status) {
    super(`status ${status}`);
    this.status = status;
  }
}

const KEPT_DAYS = 40;

export function openData(settings) {
  const documents = new Map();

  // A status of 0 means that no server answered at all.
  async function fetched(address) {
    let response;
    try {
      response = await fetch(address, { headers: { Accept: "application/json" } });
    } catch {
      throw new LoadError(0);
    }
    if (!response.ok) throw new LoadError(response.status);
    try {
      return await response.json();
    } catch {
      throw new LoadError(navigator.onLine ? response.status : 0);
    }
  }

  return {
    async geometry() {
      if (settings.embedded) return settings.embedded;
      const [townships, counties] = await Promise.all([
        fetched(settings.townships),
        fetched(settings.counties),
      ]);
      return { townships, counties };
    },
    // Days already seen are shown at once; `fresh` asks the server whether they still hold.
    async coverage(day, { fresh = false } = {}) {
      if (settings.embedded) return settings.embedded.coverage;
      if (!fresh && documents.has(day)) return documents.get(day);
      const coverage = await fetched(settings.coverage.replace("{day}", day));
      documents.delete(day);
      documents.set(day, coverage);
      if (documents.size > KEPT_DAYS) documents.delete(documents.keys().next().value);
      return coverage;
    },
    forget: () => documents.clear(),
  };
}
