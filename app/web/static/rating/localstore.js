// What survives reload, crash and power cut: IndexedDB, every write flushed to disk before it counts as kept.
//
//   settings  name → value
//   waiting   ratings not yet acknowledged, by id: oldest first
//   parked    ratings the server refused for good, with its reason: for a person to look at, never dropped

export class LocalStore {
  static open(name) {
    return new Promise((resolve, reject) => {
      const request = indexedDB.open(name, 1);
      request.onupgradeneeded = () => {
        request.result.createObjectStore("settings");
        request.result.createObjectStore("waiting", { keyPath: "id" });
        request.result.createObjectStore("parked", { keyPath: "id" });
      };
      request.onerror = () => reject(request.error);
      request.onsuccess = () => resolve(new LocalStore(request.result));
    });
  }

  constructor(database) {
    this.database = database;
    // A newer page in another tab must not wait for this one.
    database.onversionchange = () => database.close();
    // A browser that lost its disk for a moment opens it again for a page that begins anew.
    database.onclose = () => location.reload();
  }

  setting(name) {
    return this.read("settings", (store) => store.get(name));
  }

  keep(name, value) {
    return this.write(["settings"], (settings) => settings.put(value, name));
  }

  forget(name) {
    return this.write(["settings"], (settings) => settings.delete(name));
  }

  // Resolves when the rating is on disk; rejects (for instance with QuotaExceededError) when it is not.
  queue(rating) {
    return this.write(["waiting"], (waiting) => waiting.add(rating));
  }

  oldest(count) {
    return this.read("waiting", (store) => store.getAll(null, count));
  }

  waiting() {
    return this.read("waiting", (store) => store.count());
  }

  parked() {
    return this.read("parked", (store) => store.getAll());
  }

  // What became of some ratings: `done` ids leave, `parked` ones move aside, `again` are written anew, perhaps with
  // another id; `gone` are parked ones that were told to whom they belong.
  settle({ done, parked, again, gone }) {
    return this.write(["waiting", "parked"], (waiting, aside) => {
      done.forEach((id) => waiting.delete(id));
      parked.forEach((rating) => {
        aside.put(rating);
        waiting.delete(rating.id);
      });
      again.forEach(({ from, rating }) => {
        waiting.delete(from);
        waiting.put(rating);
      });
      (gone || []).forEach((id) => aside.delete(id));
    });
  }

  // Ratings of owners that are `gone` get another owner, unless somebody else has taken them over meanwhile.
  claim(gone, owner) {
    return this.write(["waiting"], (waiting) => {
      waiting.getAll().onsuccess = ({ target }) => target.result
        .filter((rating) => gone.has(rating.owner))
        .forEach((rating) => waiting.put(Object.assign({}, rating, { owner })));
    });
  }

  // Parked ratings go back into the queue, for instance when the directory has been mended.
  async tryParkedAgain() {
    const all = await this.parked();
    await this.write(["waiting", "parked"], (waiting, aside) => all.forEach((rating) => {
      waiting.put(Object.assign({}, rating, { refused: undefined }));
      aside.delete(rating.id);
    }));
  }

  read(name, ask) {
    return new Promise((resolve, reject) => {
      const request = ask(this.database.transaction(name, "readonly").objectStore(name));
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
  }

  write(names, change) {
    return new Promise((resolve, reject) => {
      // Strict: the transaction completes when the disk has it. Browsers that do not know the option ignore it.
      const transaction = this.database.transaction(names, "readwrite", { durability: "strict" });
      transaction.oncomplete = () => resolve();
      transaction.onabort = () => reject(transaction.error || new Error("the transaction was given up"));
      change(...names.map((name) => transaction.objectStore(name)));
    });
  }
}
