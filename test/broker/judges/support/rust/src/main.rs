//! What rskafka asserts of a broker; the last line is "done" when all of it held. It has no groups.
//! Argument: brokers.

use chrono::{DateTime, Utc};
use rskafka::client::error::{Error, ProtocolError};
use rskafka::client::partition::{Compression, OffsetAt, UnknownTopicHandling};
use rskafka::client::ClientBuilder;
use rskafka::record::Record;
use std::collections::BTreeMap;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

const EACH: i64 = 10;
const CODECS: [(&str, Compression); 5] = [
    ("none", Compression::NoCompression),
    ("gzip", Compression::Gzip),
    ("snappy", Compression::Snappy),
    ("lz4", Compression::Lz4),
    ("zstd", Compression::Zstd),
];

#[tokio::main]
async fn main() {
    let broker = std::env::args().nth(1).expect("brokers");
    let topic = format!(
        "rskafka-{}",
        SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap()
            .as_micros()
    );
    let client = ClientBuilder::new(vec![broker]).build().await.unwrap();
    let controller = client.controller_client().unwrap();

    controller.create_topic(&topic, 2, 1, 10_000).await.unwrap();
    match controller.create_topic(&topic, 2, 1, 10_000).await {
        Err(Error::ServerError {
            protocol_error: ProtocolError::TopicAlreadyExists,
            ..
        }) => {}
        other => panic!("created twice: {other:?}"),
    }

    for partition in [0, 1] {
        let place = client
            .partition_client(&topic, partition, UnknownTopicHandling::Retry)
            .await
            .unwrap();
        let mut sent = Vec::new();
        for (name, codec) in CODECS {
            let records: Vec<Record> = (0..EACH).map(|index| record(name, index)).collect();
            let offsets = place.produce(records.clone(), codec).await.unwrap();
            let first = sent.len() as i64;
            assert_eq!(offsets, (first..first + EACH).collect::<Vec<_>>());
            sent.extend(records);
        }
        let total = sent.len() as i64;
        assert_eq!(place.get_offset(OffsetAt::Earliest).await.unwrap(), 0);
        assert_eq!(place.get_offset(OffsetAt::Latest).await.unwrap(), total);

        for from in [0, 25] {
            let mut read = Vec::new();
            let mut next = from;
            while next < total {
                let (records, end) = place
                    .fetch_records(next, 1..1_000_000, 1_000)
                    .await
                    .unwrap();
                assert_eq!(end, total);
                read.extend(records);
                next = read.last().unwrap().offset + 1;
            }
            let offsets: Vec<i64> = read.iter().map(|each| each.offset).collect();
            assert_eq!(offsets, (from..total).collect::<Vec<_>>());
            let records: Vec<Record> = read.into_iter().map(|each| each.record).collect();
            assert_eq!(records, sent[from as usize..]);
        }
        place.delete_records(5, 10_000).await.unwrap();
        assert_eq!(place.get_offset(OffsetAt::Earliest).await.unwrap(), 5);
    }

    listed(&client, &topic, true).await;
    controller.delete_topic(&topic, 10_000).await.unwrap();
    listed(&client, &topic, false).await;
    println!("done");
}

fn record(codec: &str, index: i64) -> Record {
    Record {
        key: Some(format!("k{index}").into_bytes()),
        value: Some(format!("{codec} {index} {}", "ab".repeat(100)).into_bytes()),
        headers: BTreeMap::from([
            ("codec".to_string(), codec.as_bytes().to_vec()),
            ("raw".to_string(), vec![0xff, 0]),
        ]),
        timestamp: DateTime::<Utc>::from_timestamp_millis(1_700_000_000_000 + index).unwrap(),
    }
}

/// A broker may tell of a change a moment after it has confirmed it.
async fn listed(client: &rskafka::client::Client, topic: &str, expected: bool) {
    let until = Instant::now() + Duration::from_secs(30);
    loop {
        let topics = client.list_topics().await.unwrap();
        if topics.iter().any(|each| each.name == topic) == expected {
            return;
        }
        assert!(Instant::now() < until, "it never came to hold");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
