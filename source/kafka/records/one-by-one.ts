/**
 * Does one piece of work after the other. Partitions are read so: a batch that is read is unpacked as a whole, which can be
 * a small one of a stranger's and a large one then, and as many at once as there are partitions would fill the memory.
 */
export class OneByOne {
  #last: Promise<unknown> = Promise.resolve();

  run<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = this.#last.then(work);
    this.#last = result.catch(() => {});
    return result;
  }
}
