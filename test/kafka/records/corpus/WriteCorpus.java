import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.*;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.utils.BufferSupplier;

/**
 * Prints what Apache Kafka's own classes write, and how they read it, as one JSON text:
 * java -cp 'KAFKA/*' WriteCorpus.java > java.json, with the folder of Kafka's jars.
 */
public class WriteCorpus {
  static final Header[] NONE = {};
  static final List<String> cases = new ArrayList<>();

  public static void main(String[] arguments) throws Exception {
    for (CompressionType type : CompressionType.values()) {
      for (byte magic = 0; magic <= 2; magic++) {
        if (type == CompressionType.ZSTD && magic < 2) continue;
        String name = "format " + magic + ", " + type.name;
        add(name, batch(type, magic, TimestampType.CREATE_TIME, 7, false));
        if (magic > 0)
          add(name + ", log append time", batch(type, magic, TimestampType.LOG_APPEND_TIME, 7, false));
        if (type != CompressionType.NONE)
          add(name + ", many blocks", batch(type, magic, TimestampType.CREATE_TIME, 7, true));
        add(name + ", compacted", compacted(batch(type, magic, TimestampType.CREATE_TIME, 7, false)));
      }
    }
    add("transactional", transactional());
    System.out.println("[\n" + String.join(",\n", cases) + "\n]");
  }

  static MemoryRecords batch(CompressionType type, byte magic, TimestampType time, long offset, boolean large) {
    ByteBuffer buffer = ByteBuffer.allocate(4096);
    MemoryRecordsBuilder builder = MemoryRecords.builder(buffer, magic, Compression.of(type).build(), time, offset, 1_700_000_000_123L);
    long now = magic == 0 ? -1 : 1_700_000_000_000L;
    boolean knowsHeaders = magic == 2;
    builder.append(now, bytes("key"), bytes("value"), NONE);
    builder.append(later(now, -5000), null, bytes("no key"), NONE);
    builder.append(later(now, 86_400_000), bytes(""), bytes(""), knowsHeaders ? headers() : NONE);
    builder.append(later(now, 1), bytes("tombstone"), null, NONE);
    builder.append(later(now, 2), bytes("long"), bytes("a line of text, ".repeat(large ? 6000 : 20)), NONE);
    builder.append(later(now, 3), bytes("last"), bytes("\u00fc \u20ac \ud83d\ude00"), NONE);
    return builder.build();
  }

  static Header[] headers() {
    return new Header[] {
      new RecordHeader("b", bytes("2")), new RecordHeader("a", bytes("1")), new RecordHeader("b", bytes("3")),
      new RecordHeader("__proto__", bytes("x")), new RecordHeader("constructor", null),
      new RecordHeader("", bytes("")), new RecordHeader("10", bytes("ten")), new RecordHeader("9", bytes("nine")),
    };
  }

  /** As the log cleaner leaves it: the second, the fourth and the last are gone. */
  static MemoryRecords compacted(MemoryRecords records) {
    Set<Long> gone = Set.of(8L, 10L, 12L);
    ByteBuffer kept = ByteBuffer.allocate(1 << 16);
    records.filterTo(new MemoryRecords.RecordFilter(0, 0) {
      protected BatchRetentionResult checkBatchRetention(RecordBatch batch) {
        return new BatchRetentionResult(BatchRetention.DELETE_EMPTY, false);
      }
      protected boolean shouldRetainRecord(RecordBatch batch, Record record) {
        return !gone.contains(record.offset());
      }
    }, kept, BufferSupplier.NO_CACHING);
    kept.flip();
    return MemoryRecords.readableRecords(kept);
  }

  /** Producer 1 aborts, producer 2 commits, both interleaved. */
  static MemoryRecords transactional() {
    ByteBuffer buffer = ByteBuffer.allocate(1 << 16);
    buffer.put(ofProducer(1, 0, "aborted").buffer());
    buffer.put(ofProducer(2, 2, "committed").buffer());
    buffer.put(ofProducer(1, 4, "aborted too").buffer());
    buffer.put(marker(1, 6, ControlRecordType.ABORT).buffer());
    buffer.put(marker(2, 7, ControlRecordType.COMMIT).buffer());
    buffer.put(ofProducer(1, 8, "again").buffer());
    buffer.put(marker(1, 10, ControlRecordType.COMMIT).buffer());
    buffer.flip();
    return MemoryRecords.readableRecords(buffer);
  }

  static MemoryRecords ofProducer(long producer, long offset, String text) {
    return MemoryRecords.withTransactionalRecords(offset, Compression.lz4().build(), producer, (short) 0, 0, 0,
      new SimpleRecord(1_700_000_000_000L, null, bytes(text + " 1")), new SimpleRecord(1_700_000_000_001L, null, bytes(text + " 2")));
  }

  static MemoryRecords marker(long producer, long offset, ControlRecordType type) {
    return MemoryRecords.withEndTransactionMarker(offset, 1_700_000_000_002L, 0, producer, (short) 0, new EndTransactionMarker(type, 0));
  }

  static void add(String name, MemoryRecords records) {
    byte[] all = new byte[records.buffer().remaining()];
    records.buffer().duplicate().get(all);
    List<String> read = new ArrayList<>();
    for (MutableRecordBatch batch : records.batches())
      for (Record record : batch) if (!batch.isControlBatch()) read.add(said(batch, record));
    cases.add("{\"name\":\"" + name + "\",\"bytes\":" + base64(all) + ",\n \"read\":[\n  " + String.join(",\n  ", read) + "]}");
  }

  static String said(RecordBatch batch, Record record) {
    List<String> headers = new ArrayList<>();
    for (Header header : record.headers()) headers.add("[" + base64(header.key().getBytes()) + "," + base64(header.value()) + "]");
    return "{\"offset\":" + record.offset() + ",\"timestamp\":" + record.timestamp() + ",\"appendTime\":"
      + (batch.timestampType() == TimestampType.LOG_APPEND_TIME) + ",\"key\":" + base64(of(record.key())) + ",\"value\":"
      + shortened(of(record.value())) + ",\"headers\":[" + String.join(",", headers) + "]}";
  }

  /** A long value is told by its length. */
  static String shortened(byte[] bytes) {
    return bytes != null && bytes.length > 1000 ? String.valueOf(bytes.length) : base64(bytes);
  }

  static long later(long time, long by) {
    return time < 0 ? -1 : time + by;
  }

  static byte[] of(ByteBuffer buffer) {
    if (buffer == null) return null;
    byte[] bytes = new byte[buffer.remaining()];
    buffer.duplicate().get(bytes);
    return bytes;
  }

  static byte[] bytes(String text) {
    return text.getBytes(java.nio.charset.StandardCharsets.UTF_8);
  }

  static String base64(byte[] bytes) {
    return bytes == null ? "null" : "\"" + Base64.getEncoder().encodeToString(bytes) + "\"";
  }
}
