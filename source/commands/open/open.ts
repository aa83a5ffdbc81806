import process from 'node:process';
import type {EmbeddedBroker} from '../../broker/index.ts';
import {systemClock} from '../../flow/clock.ts';
import {createHandler} from '../../handlers/index.ts';
import {Composer} from '../../interface/composer.ts';
import type {Desk} from '../../interface/desk.ts';
import {type Interface, openInterface} from '../../interface/open.tsx';
import {defaultColumns, type MessageColumns} from '../../interface/panes/message-row.ts';
import {Screen} from '../../interface/screen.ts';
import {type DraftText, emptyDraft} from '../../session/draft.ts';
import {Session} from '../../session/session.ts';
import {whyNotKept} from '../../settings/compile-cache.ts';
import {DraftFile} from '../../settings/draft-file.ts';
import {LogFile} from '../../settings/log-file.ts';
import {stateFolder} from '../../settings/state-folder.ts';
import {checkedTopic} from '../checked-topic.ts';
import type {Command, CommandInput, FlagValues} from '../command.ts';
import {consumeOptions} from '../consume-flags.ts';
import {CommandError, exitCodes} from '../exit-codes.ts';
import {say} from '../output.ts';
import {positionForms} from '../positions.ts';
import {positiveCount} from '../publish/numbers.ts';
import {ownFolder} from '../template-shelf.ts';
import {composeFiles} from './compose-files.ts';
import {CrashReport} from './crash-report.ts';
import {editDraft} from './edit-draft.ts';
import {needsEmbeddedBroker, startEmbeddedBroker} from './embedded-broker.ts';
import {exportSession} from './export-session.ts';
import {nameOfHandler} from './name-of-handler.ts';
import {rememberTopic} from './remember-topic.ts';
import {saveBatch} from './save-batch.ts';

/** Where nobody says otherwise. */
const defaultTopic = 'notifications';

const command: Command = {
  help: `
  Usage
    $ kafka-notify [options]

  Opens the interface: the topic, the draft of a message, what became of each publish, and every message that is
  processed, held or committed. ? lists the keys.

  Without any setting and with nothing on localhost:9092 it brings a small broker along, in this process and in memory:
  not Apache Kafka, and its data ends with it. Other clients and a second terminal can join it.

  Options
    --topic NAME            TOPIC_NAME (notifications)
    --group NAME            KAFKA_GROUP_ID; default: a private group of yours
    --join-foreign-group    join it also where other programs are members, or have committed (asked otherwise)
    --partitions N, --replication-factor N   for a topic that is created here (the broker's defaults)
    --handler FILE          processing code: a module with processMessage(message, context), loaded anew when saved
    --exec 'PROGRAM ARGS', --exec-lines 'PROGRAM ARGS', --forward URL (KAFKA_NOTIFY_FORWARD), --schema FILE   other
                            processing code (see consume)
    --retries N             further attempts after 1, 2, 4 … 30 s (2)
    --on-failure hold|dead-letter|skip   when attempts are used up or cannot help (hold)
    --on-lost ask|first|end when the position no longer exists (ask)
    --timeout DURATION      that one message may take (30s)
    --fault FAULT           begin with a fault on purpose: fail-next=2, fail-every=3, slow=200ms, … (see consume)
    --from ${positionForms}, --partition N
                            where to start the first time (asked otherwise; see consume)
    --type-path PATH,…      where a message's type stands in its JSON, for its column (type, event, …)
    --recipient-path PATH,… where its recipient stands (to, recipient, user.email, recipients[0].address, …)
    --templates DIR         your own templates (KAFKA_NOTIFY_TEMPLATES, else templates in the configuration folder)
    --embedded              bring the small broker along in any case
    --brokers host:port,…   KAFKA_BOOTSTRAP_SERVERS (localhost:9092)

  Exit codes
    0 left in order · 1 failed · 2 wrong use · 3 a delivery was not acknowledged

  Examples
    $ kafka-notify
    $ kafka-notify --brokers localhost:9092 --topic notifications --handler ./notify.ts
`,
  run: open,
};

export default command;

async function open({flags, settings}: CommandInput): Promise<number> {
  if (!process.stdin.isTTY || !process.stdout.isTTY) {
    throw new CommandError(
      'The interface needs a terminal; publish, consume and topic work without one (kafka-notify --help).',
      exitCodes.wrongUse,
    );
  }
  const options = consumeOptions(flags, Date.now());
  const partitions = positiveCount('partitions', flags.partitions);
  const replicationFactor = positiveCount('replication-factor', flags.replicationFactor);
  const topic = settings.topic.value ?? defaultTopic;
  checkedTopic(topic);
  const embedded = await needsEmbeddedBroker(settings, flags.embedded === true);
  const folder = stateFolder(process.env);
  const log = new LogFile(folder);
  const notKept = whyNotKept(folder);
  if (notKept !== null)
    log.write({at: new Date().toISOString(), level: 'warn', from: 'Start', text: notKept});
  const session = new Session(
    {
      topic,
      group: settings.group.value,
      brokers: settings.brokers.value,
      handler: nameOfHandler(options.handler),
      embedded,
    },
    systemClock,
    entry => log.write({...entry, at: new Date(entry.at).toISOString(), topic}),
  );
  session.setFaults(options.faults);
  const screen = new Screen();
  const draftFile = new DraftFile<DraftText>(folder, topic);
  const composer = new Composer(
    readDraftFile(draftFile, session),
    draft => keepDraft(draftFile, draft, session),
    () => screen.changed(),
  );
  let finish: (code: number) => void = () => {};
  const left = new Promise<number>(resolve => {
    finish = resolve;
  });
  let leaving = false;
  const desk: Desk = {
    session,
    screen,
    composer,
    compose: composeFiles({
      session,
      topic,
      templateFolder: ownFolder(flags.templates),
      stateFolder: folder,
      keepsHistory: process.env.KAFKA_NOTIFY_HISTORY !== 'off',
      // The form asks for the workbench before anything is sent.
      publishAll: (drafts, changed) => desk.workbench!.publishAll(drafts, changed),
    }),
    workbench: null,
    pageRows: 10,
    leave,
    copy: text => process.stdout.write(`\u001B]52;c;${Buffer.from(text).toString('base64')}\u0007`),
    exportSession: exportOptions => exportSession(session, exportOptions),
    saveBatch: batch => saveBatch(session, batch),
    openEditor: () => void editDraft(ui, desk),
  };
  function leave(): void {
    if (leaving) {
      finish(130);
      return;
    }
    leaving = true;
    composer.flush();
    desk.compose.bulk.cancel();
    screen.change({overlay: {kind: 'leaving', since: session.now}});
    session.touch();
    const done = desk.workbench?.leave() ?? Promise.resolve({unknownDeliveries: 0, runsLeft: 0});
    done.then(
      ({unknownDeliveries}) => finish(unknownDeliveries > 0 ? exitCodes.unknown : exitCodes.done),
      () => finish(exitCodes.failed),
    );
  }
  const crash = new CrashReport(folder, error => {
    session.tell('error', String((error as Error)?.stack ?? error));
    composer.flush();
    log.flush();
    ui.restore();
  });
  const ui: Interface = openInterface(desk, columnsOf(flags));
  const stopListening = onSignals(leave);
  let broker: EmbeddedBroker | null = null;
  try {
    await ui.drawn;
    const [{KafkaWorkbench}, {clientFor}] = await Promise.all([
      import('./kafka-workbench.ts'),
      import('../connection.ts'),
    ]);
    if (embedded) {
      broker = await startEmbeddedBroker();
      session.movedTo(broker.bootstrap);
    }
    const reached = broker
      ? {...settings, brokers: {...settings.brokers, value: broker.bootstrap}}
      : settings;
    const client = clientFor(reached, ({level, from, text}) =>
      log.write({at: new Date().toISOString(), level, from, text}),
    );
    desk.workbench = new KafkaWorkbench({
      session,
      client,
      clock: systemClock,
      partitioner: settings.partitioner.value,
      createHandler: () =>
        createHandler(options.handler, {
          ...(options.timeout !== undefined && {timeout: options.timeout}),
          onNotice: text => session.say('info', text),
        }),
      policy: {onFailure: options.onFailure, retries: options.retries},
      onLost: options.onLost,
      start: options.start,
      mayJoinForeign: options.joinForeignGroup,
      hasOwnHandler: options.handler.kind !== 'built-in',
      ensure: {
        ...(partitions !== null && {partitions}),
        ...(replicationFactor !== null && {replicationFactor}),
      },
    });
    session.start(() => desk.workbench?.lanes() ?? []);
    desk.workbench.lookAtTopic();
    return await left;
  } finally {
    stopListening();
    crash.close();
    session.stop();
    composer.flush();
    await ui.close();
    await broker?.stop();
    log.flush();
    tellLeft(session);
    if (session.topic.status === 'there') await rememberTopic(settings);
  }
}

function columnsOf({typePath, recipientPath}: FlagValues): MessageColumns {
  return {
    type: typeof typePath === 'string' ? typePath.split(',') : defaultColumns.type,
    recipient: typeof recipientPath === 'string' ? recipientPath.split(',') : defaultColumns.recipient,
  };
}

function readDraftFile(file: DraftFile<DraftText>, session: Session): DraftText {
  try {
    return {...emptyDraft, ...file.read()};
  } catch (error) {
    session.say('warning', (error as Error).message);
    return emptyDraft;
  }
}

function keepDraft(file: DraftFile<DraftText>, draft: DraftText, session: Session): void {
  try {
    file.write(draft);
  } catch (error) {
    session.say('warning', `The draft cannot be kept in ${file.path}: ${(error as Error).message}`);
  }
}

/** What is not known of when the program ends is said on the terminal that stays. */
function tellLeft({deliveries, faults}: Session): void {
  if (faults.stopBeforeCommit) say('Nothing was committed (fault on purpose: stop before commit).');
  for (const {id, state} of deliveries.items) {
    if (state.status === 'unknown') say(`Delivery ${id} is unknown: ${state.reason}`);
    if (state.status === 'pending')
      say(`Delivery ${id} was not acknowledged before the end; it may be there.`);
  }
}

function onSignals(leave: () => void): () => void {
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const signal of signals) process.on(signal, leave);
  return () => {
    for (const signal of signals) process.off(signal, leave);
  };
}
