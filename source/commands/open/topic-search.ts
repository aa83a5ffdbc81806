import type {KafkaClient} from '../../kafka/client.ts';
import type {ReadFrom} from '../../kafka/read-from.ts';
import {readRetained} from '../../kafka/retained-messages.ts';
import {Search, type SearchText} from '../../session/search.ts';
import type {Session} from '../../session/session.ts';
import {positionsOf, readFromOf} from '../positions.ts';

/** Searches what the topic retains for the interface, one search at a time; the consumer and its group hear nothing of it. */
export class TopicSearch {
  readonly #session: Session;
  readonly #client: KafkaClient;
  readonly #explain: (error: unknown) => Promise<string>;

  constructor(session: Session, client: KafkaClient, explain: (error: unknown) => Promise<string>) {
    this.#session = session;
    this.#client = client;
    this.#explain = explain;
  }

  /** A sentence for the person where it cannot be begun. */
  start(text: SearchText): string | null {
    let search: Search;
    let from: ReadFrom;
    try {
      from = readFromOf(positionsOf(text.from.trim().split(/\s+/), this.#session.now, 'from'));
      search = new Search(text);
    } catch (error) {
      return (error as Error).message;
    }
    this.stop();
    this.#session.takeSearch(search);
    void this.#run(search, from);
    return null;
  }

  stop(): void {
    const {search} = this.#session;
    if (search?.state.status !== 'searching') return;
    search.stop();
    this.#session.takeSearch(search);
  }

  async #run(search: Search, from: ReadFrom): Promise<void> {
    try {
      const end = await readRetained({
        client: this.#client,
        topic: this.#session.place.topic,
        partitions: from.from === 'offsets' ? [...from.offsets.keys()] : null,
        from,
        signal: search.signal,
        take: messages => search.take(messages),
        progress: progress => {
          search.progress = progress;
          this.#moved(search);
        },
      });
      search.end({status: end === 'complete' ? 'complete' : 'stopped'});
    } catch (error) {
      search.end({status: 'failed', explanation: await this.#explain(error)});
    }
    this.#moved(search);
  }

  /** One that was begun since is what the person looks at. */
  #moved(search: Search): void {
    if (this.#session.search === search) this.#session.takeSearch(search);
  }
}
