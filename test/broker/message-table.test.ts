import {readdirSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {apis} from '../../source/broker/messages/index.ts';
import {kafkaJars} from '../kafka/kafka-jars.ts';
import {apacheTools} from '../kafka/requirements.ts';
import {textsInJar} from './support/jar.ts';
import {
  type Definition,
  definitionOf,
  isIn,
  shapeDefined,
  shapeInTable,
} from './support/message-definition.ts';

const possible = apacheTools();

if (!possible.available)
  it.skip(`the message table against kafka-clients' definitions: skipped, ${possible.reason}`, () => {});
else {
  describe("the message table is what kafka-clients' own definitions say, in every version served", () => {
    const definitions = definitionsInJar();

    it.each(Object.values(apis))('$name', api => {
      const request = definitions.get(`${api.name}Request`)!;
      const response = definitions.get(`${api.name}Response`)!;
      expect(api.key).toBe(request.apiKey);
      for (let version = api.first; version <= api.last; version++) {
        // Kafka 4 has given up the oldest versions, and no longer says what they are.
        if (!isIn(version, request.validVersions)) continue;
        expect([version, api.isFlexible(version)]).toEqual([
          version,
          isIn(version, request.flexibleVersions),
        ]);
        const told = [shapeInTable(api.request, version), shapeInTable(api.response, version)];
        expect([version, ...told]).toEqual([
          version,
          shapeDefined(request, version),
          shapeDefined(response, version),
        ]);
      }
    });
  });
}

function definitionsInJar(): Map<string, Definition> {
  const folder = kafkaJars();
  const jar = readdirSync(folder).find(name => /^kafka-clients-[\d.]+\.jar$/.test(name))!;
  const texts = textsInJar(join(folder, jar), name =>
    /^common\/message\/.*(Request|Response)\.json$/.test(name),
  );
  return new Map([...texts.values()].map(definitionOf).map(definition => [definition.name, definition]));
}
