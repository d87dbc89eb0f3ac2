package lakehouse.nifi;

import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.nifi.annotation.behavior.InputRequirement;
import org.apache.nifi.annotation.behavior.TriggerSerially;
import org.apache.nifi.annotation.behavior.WritesAttribute;
import org.apache.nifi.annotation.behavior.WritesAttributes;
import org.apache.nifi.annotation.documentation.CapabilityDescription;
import org.apache.nifi.annotation.documentation.Tags;
import org.apache.nifi.annotation.lifecycle.OnScheduled;
import org.apache.nifi.annotation.lifecycle.OnStopped;
import org.apache.nifi.annotation.lifecycle.OnUnscheduled;
import org.apache.nifi.components.PropertyDescriptor;
import org.apache.nifi.flowfile.FlowFile;
import org.apache.nifi.processor.AbstractProcessor;
import org.apache.nifi.processor.ProcessContext;
import org.apache.nifi.processor.ProcessSession;
import org.apache.nifi.processor.Relationship;

/**
 * Bundles messages of a topic as lines.
 *
 * <p>Kafka is told how far messages were taken only after NiFi has kept them: a crash between the
 * two delivers messages again, and loses none.
 */
@Tags({"kafka", "consume", "lines", "lakehouse"})
@CapabilityDescription("Bundles messages of a topic as lines, and commits their offsets after the"
        + " bundle is safe in NiFi")
@InputRequirement(InputRequirement.Requirement.INPUT_FORBIDDEN)
@TriggerSerially
@WritesAttributes({
    @WritesAttribute(attribute = ConsumeLines.TOPIC_NAME, description = "Where messages come from"),
    @WritesAttribute(attribute = ConsumeLines.COUNT, description = "How many messages there are")
})
public class ConsumeLines extends AbstractProcessor {

    static final String TOPIC_NAME = "kafka.topic";
    static final String COUNT = "kafka.count";

    static final PropertyDescriptor SERVERS =
            Properties.text("Bootstrap Servers", "Addresses of Kafka, as host:port");
    static final PropertyDescriptor TOPIC = Properties.text("Topic", "Where messages come from");
    static final PropertyDescriptor GROUP =
            Properties.text("Group", "Consumer group, which owns the offsets");
    static final PropertyDescriptor RECORDS =
            Properties.number("Max Bundle Records", "Most messages in a bundle", 10_000);
    static final PropertyDescriptor MILLIS =
            Properties.number(
                    "Max Bundle Time", "Milliseconds from a bundle's first message to its end", 100);
    static final Relationship SUCCESS =
            new Relationship.Builder().name("success").description("Messages as lines").build();

    private static final Duration IDLE = Duration.ofMillis(200);
    private static final Duration PATIENCE = Duration.ofSeconds(3);
    private static final int FETCH_BYTES = 4 * 1024 * 1024;
    private static final int PARTITION_FETCH_BYTES = 2 * 1024 * 1024;
    private static final int FIRST_BUFFER_BYTES = 64 * 1024;

    private volatile KafkaConsumer<byte[], byte[]> consumer;
    private volatile boolean isStopping;

    /** Messages taken in one go, and the offsets around them. */
    private static final class Bundle {

        private final ByteArrayOutputStream content = new ByteArrayOutputStream(FIRST_BUFFER_BYTES);
        private final Map<TopicPartition, OffsetAndMetadata> next = new HashMap<>();
        private final Map<TopicPartition, Long> first = new HashMap<>();
        private int count;

        private void add(final ConsumerRecord<byte[], byte[]> message) {
            final TopicPartition from = new TopicPartition(message.topic(), message.partition());
            first.putIfAbsent(from, message.offset());
            next.put(from, new OffsetAndMetadata(message.offset() + 1));
            if (message.value() != null) {
                content.writeBytes(message.value());
                content.write('\n');
                count++;
            }
        }
    }

    @Override
    protected List<PropertyDescriptor> getSupportedPropertyDescriptors() {
        return List.of(SERVERS, TOPIC, GROUP, RECORDS, MILLIS);
    }

    @Override
    public Set<Relationship> getRelationships() {
        return Set.of(SUCCESS);
    }

    /** A new run begins. */
    @OnScheduled
    public void prepare() {
        isStopping = false;
    }

    /** Ends waiting for messages. */
    @OnUnscheduled
    public void stopWaiting() {
        isStopping = true;
        final KafkaConsumer<byte[], byte[]> open = consumer;
        if (open != null) {
            open.wakeup();
        }
    }

    /** Leaves the group. */
    @OnStopped
    public void stop() {
        close();
    }

    @Override
    public void onTrigger(final ProcessContext context, final ProcessSession session) {
        final Bundle bundle = new Bundle();
        try {
            fill(bundle, open(context), context);
        } catch (final WakeupException stopped) {
            getLogger().debug("woken up to stop");
        } catch (final RuntimeException failure) {
            // whatever it was: a new consumer begins behind what was committed, so nothing is left out
            getLogger().error("Kafka gives no messages", failure);
            close();
            context.yield();
        }
        if (bundle.next.isEmpty() || consumer == null) {
            return;
        }
        if (bundle.count > 0) {
            try {
                emit(bundle, context, session);
            } catch (final RuntimeException failure) {
                seekBack(bundle, failure);
                throw failure;
            }
        }
        session.commitAsync(() -> commit(bundle), failure -> seekBack(bundle, failure));
    }

    private void fill(
            final Bundle bundle,
            final KafkaConsumer<byte[], byte[]> open,
            final ProcessContext context) {
        final int most = context.getProperty(RECORDS).asInteger();
        open.poll(IDLE).forEach(bundle::add);
        if (bundle.next.isEmpty()) {
            return;
        }
        final long patience = context.getProperty(MILLIS).asInteger();
        final long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(patience);
        long left = end - System.nanoTime();
        while (bundle.count < most && left > 0 && !isStopping) {
            open.poll(Duration.ofNanos(left)).forEach(bundle::add);
            left = end - System.nanoTime();
        }
    }

    private static void emit(
            final Bundle bundle, final ProcessContext context, final ProcessSession session) {
        FlowFile flowFile = session.create();
        flowFile = session.write(flowFile, bundle.content::writeTo);
        flowFile =
                session.putAllAttributes(
                        flowFile,
                        Map.of(
                                TOPIC_NAME, context.getProperty(TOPIC).getValue(),
                                COUNT, Integer.toString(bundle.count)));
        session.transfer(flowFile, SUCCESS);
    }

    /** Tells Kafka how far messages are safe; where it does not listen, they come again. */
    private void commit(final Bundle bundle) {
        try {
            consumer.commitSync(bundle.next, PATIENCE);
        } catch (final WakeupException stopped) {
            consumer.commitSync(bundle.next, PATIENCE);
        } catch (final KafkaException failure) {
            getLogger().warn("offsets are not committed: {}", failure.getMessage());
        }
    }

    private void seekBack(final Bundle bundle, final Throwable failure) {
        getLogger().error("NiFi has not kept a bundle: it is taken again", failure);
        try {
            bundle.first.forEach((partition, offset) -> consumer.seek(partition, offset));
        } catch (final IllegalStateException partitionHasGone) {
            close();
        }
    }

    private KafkaConsumer<byte[], byte[]> open(final ProcessContext context) {
        if (consumer == null) {
            final Map<String, Object> options = new HashMap<>();
            options.put(
                    ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
                    context.getProperty(SERVERS).getValue());
            options.put(ConsumerConfig.GROUP_ID_CONFIG, context.getProperty(GROUP).getValue());
            // a restarted processor takes its own place again, without waiting for it to be free
            options.put(ConsumerConfig.GROUP_INSTANCE_ID_CONFIG, "nifi-" + getIdentifier());
            options.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
            options.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
            options.put(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG, 10_000);
            options.put(
                    ConsumerConfig.MAX_POLL_RECORDS_CONFIG,
                    context.getProperty(RECORDS).asInteger());
            options.put(ConsumerConfig.FETCH_MAX_BYTES_CONFIG, FETCH_BYTES);
            options.put(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, PARTITION_FETCH_BYTES);
            options.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
            options.put(ConsumerConfig.METADATA_MAX_AGE_CONFIG, 10_000);
            options.put(ConsumerConfig.RECONNECT_BACKOFF_MAX_MS_CONFIG, 500);
            final ByteArrayDeserializer bytes = new ByteArrayDeserializer();
            consumer = new KafkaConsumer<>(options, bytes, bytes);
            consumer.subscribe(List.of(context.getProperty(TOPIC).getValue()));
        }
        return consumer;
    }

    private void close() {
        final KafkaConsumer<byte[], byte[]> open = consumer;
        consumer = null;
        if (open != null) {
            try {
                open.close(CloseOptions.timeout(PATIENCE));
            } catch (final KafkaException failure) {
                getLogger().warn("the consumer is not closed cleanly: {}", failure.getMessage());
            }
        }
    }
}
