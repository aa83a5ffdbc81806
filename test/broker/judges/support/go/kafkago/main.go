// What segmentio's kafka-go asserts of a broker; the last line is "done" when all of it held.
// Argument: brokers.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"reflect"
	"strings"
	"time"

	"github.com/segmentio/kafka-go"
	"github.com/segmentio/kafka-go/compress"
)

const each = 20

type codec struct {
	name        string
	compression compress.Compression
}

var codecs = []codec{
	{"none", compress.None}, {"gzip", compress.Gzip}, {"snappy", compress.Snappy}, {"lz4", compress.Lz4}, {"zstd", compress.Zstd},
}

func main() {
	broker := os.Args[1]
	topic := fmt.Sprintf("kafka-go-%d", time.Now().UnixNano())
	group := "group-" + topic
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	client := &kafka.Client{Addr: kafka.TCP(broker), Timeout: 20 * time.Second}

	create := func() error {
		made, err := client.CreateTopics(ctx, &kafka.CreateTopicsRequest{
			Topics: []kafka.TopicConfig{{Topic: topic, NumPartitions: 2, ReplicationFactor: 1}},
		})
		must(err)
		return made.Errors[topic]
	}
	must(create())
	if err := create(); !errors.Is(err, kafka.TopicAlreadyExists) {
		panic(fmt.Sprintf("created twice: %v", err))
	}
	for !hasLeaders(ctx, client, topic) {
		time.Sleep(20 * time.Millisecond)
	}

	for _, codec := range codecs {
		publish(ctx, broker, topic, codec)
	}
	half := len(codecs) * each / 2

	read := take(ctx, broker, topic, group, len(codecs)*each, map[int]int64{0: 40, 1: 45})
	for partition := range 2 {
		offsets, values := []int64{}, []string{}
		for _, message := range read[partition] {
			offsets = append(offsets, message.Offset)
			values = append(values, fmt.Sprintf("%s %s %s=%x", message.Key, message.Value, message.Headers[0].Key, message.Headers[1].Value))
		}
		expected := []string{}
		for _, codec := range codecs {
			for index := partition; index < each; index += 2 {
				expected = append(expected, fmt.Sprintf("k%d %s codec=ff00", index, value(codec, index)))
			}
		}
		same(offsets, span(0, half))
		same(values, expected)
	}

	offsets, err := client.ListOffsets(ctx, &kafka.ListOffsetsRequest{Topics: map[string][]kafka.OffsetRequest{
		topic: {kafka.FirstOffsetOf(0), kafka.LastOffsetOf(0), kafka.FirstOffsetOf(1), kafka.LastOffsetOf(1)},
	}})
	must(err)
	for _, partition := range offsets.Topics[topic] {
		must(partition.Error)
		same([]int64{partition.FirstOffset, partition.LastOffset}, []int64{0, int64(half)})
	}

	// The next member goes on from what was committed.
	behind := take(ctx, broker, topic, group, 2*half-85, nil)
	for partition, from := range []int{40, 45} {
		offsets := []int64{}
		for _, message := range behind[partition] {
			offsets = append(offsets, message.Offset)
		}
		same(offsets, span(from, half))
	}
	committed, err := client.OffsetFetch(ctx, &kafka.OffsetFetchRequest{GroupID: group, Topics: map[string][]int{topic: {0, 1}}})
	must(err)
	for _, partition := range committed.Topics[topic] {
		same(partition.CommittedOffset, []int64{40, 45}[partition.Partition])
	}

	grow := func(assignments []kafka.TopicPartitionAssignment) error {
		grown, err := client.CreatePartitions(ctx, &kafka.CreatePartitionsRequest{
			Topics: []kafka.TopicPartitionsConfig{{Name: topic, Count: 3, TopicPartitionAssignments: assignments}},
		})
		must(err)
		return grown.Errors[topic]
	}
	if err := grow([]kafka.TopicPartitionAssignment{{BrokerIDs: []int32{77}}}); !errors.Is(err, kafka.InvalidReplicaAssignment) {
		panic(fmt.Sprintf("assigned to a broker that is not there: %v", err))
	}
	must(grow(nil))
	deleted, err := client.DeleteTopics(ctx, &kafka.DeleteTopicsRequest{Topics: []string{topic}})
	must(err)
	must(deleted.Errors[topic])
	for hasLeaders(ctx, client, topic) {
		time.Sleep(20 * time.Millisecond)
	}
	fmt.Println("done")
}

func publish(ctx context.Context, broker, topic string, codec codec) {
	writer := &kafka.Writer{
		Addr: kafka.TCP(broker), Topic: topic, RequiredAcks: kafka.RequireAll, Compression: codec.compression, BatchTimeout: 5 * time.Millisecond,
		Balancer: kafka.BalancerFunc(func(message kafka.Message, partitions ...int) int {
			return int(message.Key[len(message.Key)-1]-'0') % 2
		}),
	}
	defer writer.Close()
	messages := make([]kafka.Message, each)
	for index := range messages {
		messages[index] = kafka.Message{
			Key: fmt.Appendf(nil, "k%d", index), Value: []byte(value(codec, index)),
			Headers: []kafka.Header{{Key: "codec", Value: []byte(codec.name)}, {Key: "codec", Value: []byte{0xff, 0}}},
		}
	}
	must(writer.WriteMessages(ctx, messages...))
}

func value(codec codec, index int) string {
	return fmt.Sprintf("%s %d %s", codec.name, index, strings.Repeat("ab", 100))
}

// As a member of the group: that many messages, by partition; then the messages before `commit` are committed.
func take(ctx context.Context, broker, topic, group string, count int, commit map[int]int64) [2][]kafka.Message {
	reader := kafka.NewReader(kafka.ReaderConfig{
		Brokers: []string{broker}, GroupID: group, Topic: topic, StartOffset: kafka.FirstOffset, MaxWait: 200 * time.Millisecond,
	})
	defer func() { must(reader.Close()) }()
	var read [2][]kafka.Message
	for range count {
		message, err := reader.FetchMessage(ctx)
		must(err)
		read[message.Partition] = append(read[message.Partition], message)
	}
	for partition, offset := range commit {
		must(reader.CommitMessages(ctx, read[partition][offset-1]))
	}
	return read
}

func hasLeaders(ctx context.Context, client *kafka.Client, topic string) bool {
	metadata, err := client.Metadata(ctx, &kafka.MetadataRequest{Topics: []string{topic}})
	must(err)
	return metadata.Topics[0].Error == nil && len(metadata.Topics[0].Partitions) == 2
}

func span(from, to int) []int64 {
	offsets := []int64{}
	for offset := from; offset < to; offset++ {
		offsets = append(offsets, int64(offset))
	}
	return offsets
}

func same(found, expected any) {
	if !reflect.DeepEqual(found, expected) {
		panic(fmt.Sprintf("found %v, expected %v", found, expected))
	}
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}
