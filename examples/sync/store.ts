// The records, which pages are done, and what the policy knows, in one file of SQLite. A page and its records are saved in one
// transaction, so that a program that is killed loses no page and saves none twice.
import { DatabaseSync } from "node:sqlite";
import type { PolicySnapshot } from "fetch-with-policy";

export interface Item {
  id: number;
  name: string;
}

export class Store {
  readonly #database: DatabaseSync;

  constructor(file: string) {
    this.#database = new DatabaseSync(file);
    this.#database.exec(`
      PRAGMA journal_mode = WAL;
      CREATE TABLE IF NOT EXISTS records (id INTEGER PRIMARY KEY, name TEXT NOT NULL) STRICT;
      CREATE TABLE IF NOT EXISTS pages (page INTEGER PRIMARY KEY) STRICT;
      CREATE TABLE IF NOT EXISTS state (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
    `);
  }

  donePages(): Set<number> {
    return new Set(this.#database.prepare("SELECT page FROM pages").all().map(({ page }) => Number(page)));
  }

  savePage(page: number, records: Item[]): void {
    const insert = this.#database.prepare("INSERT OR REPLACE INTO records (id, name) VALUES (?, ?)");
    this.#database.exec("BEGIN");
    try {
      for (const { id, name } of records) insert.run(id, name);
      this.#database.prepare("INSERT OR REPLACE INTO pages (page) VALUES (?)").run(page);
      this.#database.exec("COMMIT");
    } catch (error) {
      this.#database.exec("ROLLBACK");
      throw error;
    }
  }

  loadPolicy(): PolicySnapshot | undefined {
    const row = this.#database.prepare("SELECT value FROM state WHERE name = 'policy'").get();
    return row && JSON.parse(String(row.value));
  }

  savePolicy(snapshot: PolicySnapshot): void {
    this.#database.prepare("INSERT OR REPLACE INTO state (name, value) VALUES ('policy', ?)").run(JSON.stringify(snapshot));
  }

  count(): number {
    return Number(this.#database.prepare("SELECT count(*) AS count FROM records").get()?.count);
  }

  close(): void {
    this.#database.close();
  }
}
