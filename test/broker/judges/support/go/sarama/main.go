// What IBM's sarama asserts of a broker; the last line is "done" when all of it held.
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

	"github.com/IBM/sarama"
)

const each = 20

var codecs = []sarama.CompressionCodec{
	sarama.CompressionNone, sarama.CompressionGZIP, sarama.CompressionSnappy, sarama.CompressionLZ4, sarama.CompressionZSTD,
}

func main() {
	brokers := os.Args[1:2]
	topic := fmt.Sprintf("sarama-%d", time.Now().UnixNano())
	group := "group-" + topic
	admin := sure(sarama.NewClusterAdmin(brokers, config()))
	detail := &sarama.TopicDetail{NumPartitions: 2, ReplicationFactor: 1}
	must(admin.CreateTopic(topic, detail, false))
	if err := admin.CreateTopic(topic, detail, false); !errors.Is(err, sarama.ErrTopicAlreadyExists) {
		panic(fmt.Sprintf("created twice: %v", err))
	}
	listed := func() bool {
		_, found := sure(admin.ListTopics())[topic]
		return found
	}
	eventually(listed)

	for _, codec := range codecs {
		publish(brokers, topic, codec, false)
	}
	publish(brokers, topic, sarama.CompressionNone, true)
	sent := append(append([]sarama.CompressionCodec{}, codecs...), sarama.CompressionNone)
	half := len(sent) * each / 2

	read := take(brokers, topic, group, 2*half, map[int32]int64{0: 40, 1: 45})
	for partition := range int32(2) {
		offsets, values := []int64{}, []string{}
		for _, message := range read[partition] {
			offsets = append(offsets, message.Offset)
			values = append(values, fmt.Sprintf("%s %s %s=%x", message.Key, message.Value, message.Headers[0].Key, message.Headers[1].Value))
		}
		expected := []string{}
		for _, codec := range sent {
			for index := int(partition); index < each; index += 2 {
				expected = append(expected, fmt.Sprintf("k%d %s codec=ff00", index, value(codec, index)))
			}
		}
		same(offsets, span(0, half))
		same(values, expected)
	}

	client := sure(sarama.NewClient(brokers, config()))
	for partition := range int32(2) {
		oldest := sure(client.GetOffset(topic, partition, sarama.OffsetOldest))
		newest := sure(client.GetOffset(topic, partition, sarama.OffsetNewest))
		timed := sure(client.GetOffset(topic, partition, time.Now().Add(-time.Hour).UnixMilli()))
		same([]int64{oldest, newest, timed}, []int64{0, int64(half), 0})
	}
	must(client.Close())

	// The next member goes on from what was committed.
	behind := take(brokers, topic, group, 2*half-85, nil)
	for partition, from := range []int{40, 45} {
		offsets := []int64{}
		for _, message := range behind[int32(partition)] {
			offsets = append(offsets, message.Offset)
		}
		same(offsets, span(from, half))
	}
	committed := sure(admin.ListConsumerGroupOffsets(group, map[string][]int32{topic: {0, 1}}))
	same([]int64{committed.GetBlock(topic, 0).Offset, committed.GetBlock(topic, 1).Offset}, []int64{40, 45})
	described := sure(admin.DescribeConsumerGroups([]string{group}))
	same(described[0].State, "Empty")

	directories := sure(admin.DescribeLogDirs([]int32{sure(admin.Controller()).ID()}))
	sizes := map[int32]bool{}
	for _, found := range directories {
		for _, directory := range found {
			for _, one := range directory.Topics {
				for _, partition := range one.Partitions {
					if one.Topic == topic {
						sizes[partition.PartitionID] = partition.Size > 1000
					}
				}
			}
		}
	}
	same(sizes, map[int32]bool{0: true, 1: true})

	must(admin.CreatePartitions(topic, 3, nil, false))
	must(admin.DeleteConsumerGroup(group))
	must(admin.DeleteTopic(topic))
	eventually(func() bool { return !listed() })
	must(admin.Close())
	fmt.Println("done")
}

func config() *sarama.Config {
	config := sarama.NewConfig()
	config.Version = sarama.MaxVersion
	config.ClientID = "judge"
	config.Metadata.AllowAutoTopicCreation = false
	config.Producer.RequiredAcks = sarama.WaitForAll
	config.Producer.Return.Successes = true
	config.Producer.Partitioner = sarama.NewManualPartitioner
	config.Consumer.Offsets.Initial = sarama.OffsetOldest
	config.Consumer.Offsets.AutoCommit.Enable = false
	return config
}

func publish(brokers []string, topic string, codec sarama.CompressionCodec, idempotent bool) {
	settings := config()
	settings.Producer.Compression = codec
	settings.Producer.Idempotent = idempotent
	if idempotent {
		settings.Net.MaxOpenRequests = 1
	}
	producer := sure(sarama.NewSyncProducer(brokers, settings))
	messages := make([]*sarama.ProducerMessage, each)
	for index := range messages {
		messages[index] = &sarama.ProducerMessage{
			Topic: topic, Partition: int32(index % 2),
			Key: sarama.StringEncoder(fmt.Sprintf("k%d", index)), Value: sarama.StringEncoder(value(codec, index)),
			Headers: []sarama.RecordHeader{
				{Key: []byte("codec"), Value: []byte(codec.String())}, {Key: []byte("codec"), Value: []byte{0xff, 0}},
			},
		}
	}
	must(producer.SendMessages(messages))
	must(producer.Close())
}

func value(codec sarama.CompressionCodec, index int) string {
	return fmt.Sprintf("%s %d %s", codec, index, strings.Repeat("ab", 100))
}

type member struct {
	messages chan *sarama.ConsumerMessage
	session  chan sarama.ConsumerGroupSession
}

func (m *member) Setup(session sarama.ConsumerGroupSession) error {
	m.session <- session
	return nil
}

func (m *member) Cleanup(sarama.ConsumerGroupSession) error { return nil }

func (m *member) ConsumeClaim(session sarama.ConsumerGroupSession, claim sarama.ConsumerGroupClaim) error {
	for {
		select {
		case message := <-claim.Messages():
			if message == nil {
				return nil
			}
			m.messages <- message
		case <-session.Context().Done():
			return nil
		}
	}
}

// As a member of the group: that many messages, by partition; then `commit` is committed.
func take(brokers []string, topic, group string, count int, commit map[int32]int64) map[int32][]*sarama.ConsumerMessage {
	consumer := sure(sarama.NewConsumerGroup(brokers, group, config()))
	ctx, cancel := context.WithTimeout(context.Background(), 40*time.Second)
	handler := &member{messages: make(chan *sarama.ConsumerMessage, 1000), session: make(chan sarama.ConsumerGroupSession, 1)}
	ended := make(chan error, 1)
	go func() { ended <- consumer.Consume(ctx, []string{topic}, handler) }()
	session := <-handler.session
	read := map[int32][]*sarama.ConsumerMessage{}
	for range count {
		select {
		case message := <-handler.messages:
			read[message.Partition] = append(read[message.Partition], message)
		case <-ctx.Done():
			panic(fmt.Sprintf("read %d and %d of %d", len(read[0]), len(read[1]), count))
		}
	}
	for partition, offset := range commit {
		session.MarkOffset(topic, partition, offset, "noted")
	}
	session.Commit()
	cancel()
	must(<-ended)
	must(consumer.Close())
	return read
}

// A broker may tell of a change a moment after it has confirmed it.
func eventually(holds func() bool) {
	until := time.Now().Add(30 * time.Second)
	for !holds() {
		if time.Now().After(until) {
			panic("it never came to hold")
		}
		time.Sleep(50 * time.Millisecond)
	}
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

func sure[T any](value T, err error) T {
	must(err)
	return value
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}
